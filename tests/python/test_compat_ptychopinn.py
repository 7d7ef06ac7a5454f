# SPDX-License-Identifier: Apache-2.0
import numpy
import pytest

import oracle
from ptychopatch.compat import ptychopinn


def complex_values(random, shape):
    return (random.standard_normal(shape) + 1j * random.standard_normal(shape)).astype("complex64")


def some_scan(random, n=60):
    return random.uniform(10, 50, n), random.uniform(15, 60, n)


def test_translate_moves_the_content(random):
    images = complex_values(random, (3, 20, 24, 2))
    offsets = random.uniform(-6, 6, (3, 2)).astype("float32")
    got = ptychopinn.translate(images, offsets)
    for b in range(3):
        for c in range(2):
            want = oracle.PatchMap(-offsets[b, ::-1], (20, 24), (20, 24)).extract(images[b, ..., c])[0]
            numpy.testing.assert_allclose(got[b, ..., c], want, atol=1e-5)
    bright = numpy.zeros((1, 9, 9, 1), "float32")
    bright[0, 3, 4, 0] = 1
    moved = ptychopinn.translate(bright, numpy.array([[2.0, -1.0]]))  # x, y
    assert moved[0, 2, 6, 0] == 1 and moved.sum() == 1


@pytest.mark.parametrize("sign", [-1, 1])
def test_patches_lie_where_the_scan_has_them(random, sign):
    image = complex_values(random, (70, 64))
    x, y = some_scan(random)
    offsets, relative, indices = ptychopinn.calculate_relative_coords(
        x, y, K=7, nsamples=2, gridsize=2, seed=5, local_offset_sign=sign)
    assert offsets.shape == (120, 1, 2, 1) and relative.shape == (120, 1, 2, 4)
    patches = ptychopinn.get_image_patches(image, offsets, relative, 8, 2, local_offset_sign=sign)
    assert patches.shape == (120, 8, 8, 4) and patches.dtype == "complex64"
    mirrored = ptychopinn.get_image_patches(image, offsets, relative, 8, 2, mirrored=True)
    where = numpy.stack([y, x], 1)
    for b in random.integers(0, 120, 9):
        mean = where[indices[b]].mean(0)
        for j in range(4):
            want = oracle.PatchMap(where[indices[b, j]], (8, 8), (70, 64), anchor="half").extract(image)
            numpy.testing.assert_allclose(patches[b, ..., j], want[0], atol=1e-4)
            other = mean + sign * (where[indices[b, j]] - mean)
            want = oracle.PatchMap(other, (8, 8), (70, 64), anchor="half").extract(image)
            numpy.testing.assert_allclose(mirrored[b, ..., j], want[0], atol=1e-4)


def test_groups_are_of_neighbours(random):
    x, y = some_scan(random)
    near = ptychopinn.get_neighbor_indices(x, y, K=6)
    want = oracle.neighbours(numpy.stack([x, y], 1), 6)
    assert (near[:, 0] == numpy.arange(60)).all() and (near[:, 1:] == want).all()
    indices, coords = ptychopinn.group_coords(x, y, K=6, C=4, nsamples=3, seed=1)
    assert indices.shape == (180, 4) and coords.shape == (180, 1, 2, 4)
    assert (coords[:, 0, 0] == x[indices]).all() and (coords[:, 0, 1] == y[indices]).all()
    for row, members in enumerate(indices.tolist()):
        assert len(set(members)) == 4 and set(members) <= set(want[row // 3].tolist())
    alone, _ = ptychopinn.group_coords(x, y, C=1)
    assert (alone[:, 0] == numpy.arange(60)).all()


def test_reassembly_averages_what_overlaps(random):
    y, x = numpy.mgrid[:90, :90]
    image = (x + 2j * y).astype("complex64")
    centres = random.uniform(25, 60, (40, 2))  # x, y
    patch_map = oracle.PatchMap(centres[:, ::-1], (16, 16), (90, 90), anchor="half")
    patches = patch_map.extract(image)[..., None].astype("complex64")
    got = ptychopinn.reassemble_position(patches, centres[:, None, None], M=10)
    reach = numpy.ceil(abs(centres - centres.mean(0)).max())
    side = 10 + 2 * int(reach + reach % 2)
    assert got.shape == (side, side, 1)
    # Pixel (0, 0) of a middle lies at its centre less half of M, and the canvas about the mean.
    top, left = (centres.mean(0)[::-1] - 5 - (side - 10) // 2)
    want = (numpy.arange(side) + left) + 2j * (numpy.arange(side) + top)[:, None]
    filled = abs(got[..., 0]) > 0
    inside = filled & numpy.roll(filled, 1, 0) & numpy.roll(filled, -1, 0)
    error = abs(got[..., 0] - want)[inside]
    assert numpy.median(error) < 0.3 and inside.sum() > 500


def test_what_is_wrong_is_told(random):
    x, y = some_scan(random)
    with pytest.raises(ValueError, match="square"):
        ptychopinn.group_coords(x, y, C=3)
    with pytest.raises(ValueError, match="N, gridsize"):
        ptychopinn.get_image_patches(numpy.zeros((9, 9)), None, None)
    with pytest.raises(ValueError, match=r"imgs: expected \(B, H, W, C\)"):
        ptychopinn.translate(numpy.zeros((9, 9)), numpy.zeros((1, 2)))
