# SPDX-License-Identifier: Apache-2.0
"""Shifts applied, common areas, and what is measured on pairs, against NumPy and SciPy."""
import itertools

import numpy
import pytest
import scipy.ndimage

import ptychopatch

XTRANS = "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary, mode", [("zero", "grid-constant"), ("edge", "nearest"),
                                            ("reflect", "mirror"), ("wrap", "grid-wrap")])
def test_image_shift_agrees_with_scipy(random, dtype, boundary, mode):
    image = random.standard_normal((3, 21, 17)).astype(dtype)
    shift = random.uniform(-6, 6, 2)
    got = ptychopatch.image_shift(image, shift, boundary=boundary, gain=2.0)
    assert got.dtype == dtype and got.shape == image.shape
    for plane, moved in zip(image, got):
        wanted = 2 * scipy.ndimage.shift(plane.astype(float), shift, order=1, mode=mode)
        numpy.testing.assert_allclose(moved, wanted, atol=1e-5 if dtype == "float32" else 1e-12)


def test_orientation_of_a_shift():
    """Moved by what align says, the moving image lies on the reference."""
    image = numpy.zeros((8, 9), "uint16")
    image[2, 3] = 1000
    moved = ptychopatch.image_shift(image, (1, -2))
    assert moved[3, 1] == 1000 and moved.sum() == 1000
    into = numpy.full((5, 4), 7, "uint16")
    assert ptychopatch.image_shift(image, (1, -2), out=into) is into and into[3, 1] == 1000
    assert ptychopatch.image_shift(image, (1, -2), shape=(5, 4)).tobytes() == into.tobytes()
    outside = ptychopatch.image_shift(image, (1, 0), boundary="constant", constant=5)
    assert (outside[0] == 5).all()


def test_shift_of_a_mosaic_keeps_its_colours():
    mosaic = numpy.tile(numpy.array([[10.0, 20.0], [30.0, 40.0]]), (6, 6))
    moved = ptychopatch.image_shift(mosaic, (0.5, 0.25), boundary="wrap", period=2)
    numpy.testing.assert_allclose(moved, mosaic)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
def test_image_warp_agrees_with_scipy(random, dtype):
    image = random.uniform(0, 200, (2, 41, 37)).astype(dtype)
    matrix = numpy.eye(2) + random.uniform(-0.1, 0.1, (2, 2))
    shift, centre = random.uniform(-6, 6, 2), random.uniform(0, 40, 2)
    motion = ptychopatch.affine_motion(shift, matrix, centre)
    assert motion.ok and motion.matrix == [list(row) for row in matrix]
    got = ptychopatch.image_warp(image, motion, boundary="edge", shape=(30, 50))
    assert got.dtype == dtype and got.shape == (2, 30, 50)
    there = 2 * numpy.eye(2) - matrix  # x - d(x) = (2 - M) x + (M - 1) c - t
    offset = (matrix - numpy.eye(2)) @ centre - shift
    for plane, moved in zip(image, got):
        wanted = scipy.ndimage.affine_transform(plane.astype(float), there, offset, (30, 50),
                                                order=1, mode="nearest")
        margin = 0.51 if image.dtype.kind in "ui" else 1e-3 if dtype == "float32" else 1e-9
        numpy.testing.assert_allclose(moved, wanted, atol=margin)


def test_image_warp_of_what_was_measured(random):
    """In either sign, and of a field; a mosaic's colours stay; a motion that is none is refused."""
    scene = scipy.ndimage.gaussian_filter(random.standard_normal((420, 420)), 2) * 100
    turn = scipy.ndimage.affine_transform
    there = numpy.array([[1.0, 0.008], [-0.008, 1.0]])
    moving = turn(scene, there, (50, 53.5), (320, 320), order=5)
    still = scene[50:370, 50:370]
    for model, sign in itertools.product(("similarity", "affine", "field"),
                                         ("register", "displacement")):
        motion = ptychopatch.Scene(still, motion=model, sign=sign).measure_motion(moving)
        assert motion.ok
        warped = ptychopatch.image_warp(moving, motion, interpolation="lanczos3", sign=sign)
        shifted = ptychopatch.image_shift(moving, motion.image_shift.shift, sign=sign,
                                          interpolation="lanczos3")
        inside = numpy.s_[20:-20, 20:-20]
        error = numpy.abs(warped - still)[inside].mean()
        assert error < 0.1 * numpy.abs(shifted - still)[inside].mean()
    mosaic = numpy.tile(numpy.array([[10.0, 20.0], [30.0, 40.0]]), (20, 20))
    turned = ptychopatch.affine_motion((0.5, 0.25), there, (20, 20))
    moved = ptychopatch.image_warp(mosaic, turned, period=2, interpolation="bicubic")
    numpy.testing.assert_allclose(moved[6:-6, 6:-6], mosaic[6:-6, 6:-6])
    unrelated = ptychopatch.Scene(still, motion="affine").measure_motion(still[::-1].copy())
    assert not unrelated.ok
    with pytest.raises(ValueError, match="motion.status"):
        ptychopatch.image_warp(still, unrelated)
    with pytest.raises(TypeError, match="motion"):
        ptychopatch.image_warp(still, (1.0, 2.0))


def test_common_area(random):
    reference, moving = random.standard_normal((40, 30)), random.standard_normal((36, 33))
    for shift in itertools.product((-7, 0, 5), (-4, 3)):
        area = ptychopatch.common_area(reference.shape, moving.shape, shift)
        still, moved = reference[area.reference], moving[area.moving]
        assert still.shape == moved.shape == (area.height, area.width)
        assert (area.moving_y, area.moving_x) == (area.reference_y - shift[0],
                                                  area.reference_x - shift[1])
        inside = [range(max(0, d), min(n, m + d))
                  for n, m, d in zip(reference.shape, moving.shape, shift)]
        assert (area.height, area.width) == tuple(map(len, inside))
        assert (area.reference_y, area.reference_x) == (inside[0][0], inside[1][0])
    assert ptychopatch.common_area((4, 4), (4, 4), (9, 0))[4:] == (0, 0)
    assert ptychopatch.common_area((3, 4, 4), (1, 4, 4), (1, 1))[4:] == (3, 3)


@pytest.mark.parametrize("cfa, keeps", [
    (None, lambda y, x: True), ("RGGB", lambda y, x: y % 2 == 0 and x % 2 == 0),
    (XTRANS, lambda y, x: y % 3 == 0 and x % 3 == 0 and (y // 3 + x // 3) % 2 == 0)])
def test_cfa_round_is_the_nearest(random, cfa, keeps):
    for shift in random.uniform(-9, 9, (20, 2)):
        got = ptychopatch.cfa_round(tuple(shift), cfa)
        lattice = [place for place in itertools.product(range(-14, 15), repeat=2) if keeps(*place)]
        nearest = min(numpy.hypot(*(place - shift)) for place in numpy.array(lattice))
        assert got in lattice and numpy.hypot(*(numpy.array(got) - shift)) <= nearest + 1e-12


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_mosaics(random, dtype):
    mosaic = random.uniform(600, 16000, (10, 12)).astype(dtype)
    black, white = (512.0, 500.0, 480.0, 510.0), 16383.0
    levels = numpy.tile([[512.0, 500.0], [500.0, 480.0]], (5, 6))  # one letter for both greens
    wanted = (mosaic - levels) / (white - levels)
    got = ptychopatch.mosaic_normalise(mosaic, "RGGB", black=black, white=white)
    assert got.dtype == ("float64" if dtype == "float64" else "float32")
    numpy.testing.assert_allclose(got, wanted, rtol=1e-5)
    binned = ptychopatch.mosaic_bin(mosaic, "RGGB", black=black, white=white)
    assert binned.shape == (3, 5, 6)
    numpy.testing.assert_allclose(binned[0], wanted[::2, ::2], rtol=1e-5)
    numpy.testing.assert_allclose(binned[1], (wanted[::2, 1::2] + wanted[1::2, ::2]) / 2, rtol=1e-5)
    numpy.testing.assert_allclose(binned[2], wanted[1::2, 1::2], rtol=1e-5)
    assert ptychopatch.mosaic_bin(mosaic[:9], XTRANS, black=0, white=white).shape == (3, 3, 4)


def test_pairs(random):
    anchor = random.uniform(0.1, 1, (3, 20, 24))
    target = 0.5 * anchor
    target[:, 4:9, 5:12] = 0.9  # something that moved
    anchor[0, 15, 15] = 2.0
    gain = ptychopatch.pair_gain(anchor, target)
    assert gain == pytest.approx(anchor.mean() / target.mean())
    assert ptychopatch.pair_loss(anchor, target) == pytest.approx(
        numpy.abs(anchor - gain * target).mean())
    assert ptychopatch.pair_loss(anchor, target, gain=2) == pytest.approx(
        numpy.abs(anchor - 2 * target).mean())

    mask, mean = ptychopatch.pair_mask(anchor, target, gain=2.0, clip_bound=2.0)
    difference = numpy.abs(anchor ** (1 / 2.2) - (2 * target) ** (1 / 2.2)).sum(0)
    kept = difference <= min(0.4, numpy.quantile(difference, 0.9999))
    kept = scipy.ndimage.binary_opening(kept) & (anchor < 2.0).all(0)
    assert mask.dtype == "uint8" and (mask == kept).all() and mean == pytest.approx(kept.mean())
    assert not mask[4:9, 5:12].any() and mask[15, 15] == 0


@pytest.mark.parametrize("cfa, block", [(None, 1), ("", 1), ("BGGR", 2), (XTRANS, 3)])
def test_cfa_block_is_that_of_binned_images(random, cfa, block):
    assert ptychopatch.cfa_block(cfa) == block
    image = random.random((12, 18))
    mask = ptychopatch.pair_measure(image, image, cfa, black=0, white=1).mask
    assert mask.shape == (12 // block, 18 // block)
    if cfa:
        binned = ptychopatch.mosaic_bin(image, cfa, black=0, white=1)
        assert binned.shape == (3, *mask.shape)


@pytest.mark.parametrize("cfa, expected", [
    ("RGG", "^cfa: .*4 or 36 letters"), ("RGXB", "^cfa: expected letters R, G or B"), (4, "^cfa: "),
    ("RGGR", "cfa: expected red, green and blue in every 2 x 2 block")])
def test_cfa_block_of_none_is_refused(cfa, expected):
    with pytest.raises(ValueError, match=expected):
        ptychopatch.cfa_block(cfa)


@pytest.mark.parametrize("cfa", [None, "RGGB", XTRANS])
def test_measures_of_raw_pairs(random, cfa):
    anchor = random.uniform(600, 16000, (30, 36)).astype("uint16")
    target = (0.5 * anchor + random.normal(0, 300, anchor.shape) + 400).astype("uint16")
    found = ptychopatch.pair_measure(anchor, target, cfa, black=512, white=16383, target_black=600,
                                     target_white=15000, clip_bound=0.9)
    raw = [ptychopatch.mosaic_normalise(anchor, cfa, black=512, white=16383),
           ptychopatch.mosaic_normalise(target, cfa, black=600, white=15000)]
    assert found.raw_gain == pytest.approx(ptychopatch.pair_gain(*raw), rel=1e-12)
    if cfa:
        raw = [ptychopatch.mosaic_bin(anchor, cfa, black=512, white=16383),
               ptychopatch.mosaic_bin(target, cfa, black=600, white=15000)]
    gain = ptychopatch.pair_gain(*raw)
    assert numpy.isnan(found.rgb_gain) if not cfa else found.rgb_gain == pytest.approx(gain, rel=1e-12)
    assert found.loss == pytest.approx(ptychopatch.pair_loss(*raw), rel=1e-12)
    mask, mean = ptychopatch.pair_mask(*raw, clip_bound=0.9)
    assert (found.mask == mask).all() and found.mask_mean == mean


@pytest.mark.parametrize("call", [
    lambda: ptychopatch.image_shift(numpy.zeros((4, 4)), 1.0),
    lambda: ptychopatch.image_shift(numpy.zeros((4, 4)), (numpy.nan, 0)),
    lambda: ptychopatch.image_shift(numpy.zeros((4, 4)), (0, 0), boundary="mirror"),
    lambda: ptychopatch.image_shift(numpy.zeros((4, 4)), (0, 0), sign="window"),
    lambda: ptychopatch.affine_motion((0, 0), numpy.eye(3), (0, 0)),
    lambda: ptychopatch.affine_motion((0, 0), 1.0, (0, 0)),
    lambda: ptychopatch.image_warp(numpy.zeros((4, 4)), ptychopatch.affine_motion(
        (0, numpy.nan), numpy.eye(2), (0, 0))),
    lambda: ptychopatch.cfa_round((0, 0), "RGXB"),
    lambda: ptychopatch.common_area((4, 4), (4,), (0, 0)),
    lambda: ptychopatch.mosaic_normalise(numpy.zeros((4, 4)), "RGGB", black=5, white=5),
    lambda: ptychopatch.pair_gain(numpy.zeros((4, 4)), numpy.zeros((4, 5))),
    lambda: ptychopatch.pair_measure(numpy.zeros((4, 4)), numpy.zeros((4, 5)), black=0, white=1),
    lambda: ptychopatch.pair_mask(numpy.zeros((4, 4)), numpy.zeros((4, 4)), quantile=2.0)])
def test_errors(call):
    with pytest.raises(ValueError):
        call()
