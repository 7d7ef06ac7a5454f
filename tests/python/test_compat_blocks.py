# SPDX-License-Identifier: Apache-2.0
"""suite2p's and NoRMCorre's conventions, on scenes that are known between their pixels."""
import numpy
import pytest

from ptychopatch.compat import normcorre, suite2p
from scene import Scene


def stretched(shape, rate):
    """A displacement that grows along both axes, 0 in the middle."""
    y, x = numpy.indices(shape, dtype=float)
    return rate * (y - shape[0] / 2), -rate * (x - shape[1] / 2)


def test_suite2p_rolls_frames_onto_the_reference(random):
    scene = Scene(random)
    reference = scene.displaced((160, 200))
    where = random.integers(-9, 10, (3, 2))
    frames = numpy.stack([scene.displaced((160, 200), d) for d in where]).astype("int16")
    ymax, xmax, cmax, *blocks = suite2p.compute_shifts(reference.astype("int16"), frames,
                                                       nonrigid=False)
    assert blocks == [None, None, None]
    assert numpy.array_equal(numpy.stack([ymax, xmax], 1), where)
    assert ymax.dtype.kind == "i" and (cmax > 0.3).all()
    again = suite2p.shift_frames(frames, ymax, xmax)
    assert again.dtype == "int16"
    for one, frame, (dy, dx) in zip(again, frames, where):
        assert numpy.array_equal(one, numpy.roll(frame, (-dy, -dx), (0, 1)))
        inner = (slice(10, -10), slice(10, -10))
        assert numpy.abs(one - reference)[inner].mean() < 2


def test_suite2p_blocks_tell_what_is_left(random):
    scene = Scene(random)
    shape = (256, 300)
    reference = scene.displaced(shape)
    grown = stretched(shape, 0.006)
    frame = scene.displaced(shape, (3.3 + grown[0], -2.4 + grown[1]))
    found = suite2p.compute_shifts(reference, frame[None], block_size=(96, 96))
    ymax, xmax, _, ymax1, xmax1, cmax1 = found
    assert (ymax[0], xmax[0]) == (3, -2)
    yblock, xblock, nblocks, size = suite2p.make_blocks(*shape, (96, 96))
    assert nblocks == [4, 5] and size == (96, 96) and ymax1.shape == (1, 20)
    assert (cmax1 > 0).mean() > 0.9
    for n in numpy.flatnonzero(cmax1[0]):
        # In the frame, where the content of the block's middle has gone.
        y, x = (numpy.mean(block) - 0.5 for block in (yblock[n], xblock[n]))
        dy = (3.3 + 0.006 * (y - 128)) / (1 - 0.006)
        dx = (-2.4 - 0.006 * (x - 150)) / (1 + 0.006)
        assert ymax[0] + ymax1[0, n] == pytest.approx(dy, abs=0.12)
        assert xmax[0] + xmax1[0, n] == pytest.approx(dx, abs=0.12)
    rigid = suite2p.shift_frames(frame[None], ymax, xmax)[0]
    piecewise = suite2p.shift_frames(frame[None], ymax, xmax, ymax1, xmax1, (96, 96))[0]
    inner = (slice(12, -12), slice(12, -12))
    errors = [numpy.abs(one - scene.displaced(shape, noise=0))[inner].mean() for one in (rigid, piecewise)]
    assert errors[1] < errors[0] / 2


def test_suite2p_blocks_are_spread_evenly():
    yblock, xblock, nblocks, size = suite2p.make_blocks(512, 100, (128, 128))
    assert nblocks == [6, 1] and size == (128, 100)
    assert [int(block[0]) for block in yblock] == [0, 76, 153, 230, 307, 384]
    assert all(block.tolist() == [0, 100] for block in xblock)


def test_frames_of_nothing_stay(random):
    scene = Scene(random)
    reference = scene.displaced((128, 128))
    noise = random.normal(200, 3, (1, 128, 128))
    ymax, xmax, cmax, ymax1, _, cmax1 = suite2p.compute_shifts(reference, noise)
    assert (ymax[0], xmax[0], cmax[0]) == (0, 0, 0) and not ymax1.any() and not cmax1.any()
    _, shifts, _, _ = normcorre.tile_and_correct(noise[0], reference, (64, 64), (32, 32), (8, 8))
    assert all(shift == (0, 0) for shift in shifts)


def test_normcorre_shifts_register(random):
    scene = Scene(random)
    shift = random.uniform(-6, 6, 2)
    template = scene.displaced((150, 170))
    frame = scene.displaced((150, 170), -shift)
    registered, found, start, grid = normcorre.tile_and_correct(
        frame, template, (48, 48), (24, 24), (8, 8), max_deviation_rigid=0)
    assert start is None and grid is None
    numpy.testing.assert_allclose(found, shift, atol=0.03)
    inner = (slice(8, -8), slice(8, -8))
    errors = [numpy.abs(one - scene.displaced((150, 170), noise=0))[inner].mean() for one in (frame, registered)]
    assert errors[1] < errors[0] / 5


def test_normcorre_tiles_follow_the_field(random):
    scene = Scene(random)
    shape = (220, 250)
    template = scene.displaced(shape)
    grown = stretched(shape, 0.008)
    frame = scene.displaced(shape, (grown[0] - 4.25, grown[1] + 1.75)).astype("float32")
    rigid, *_ = normcorre.tile_and_correct(frame, template, (64, 64), (32, 32), (9, 9),
                                           max_deviation_rigid=0)
    registered, shifts, start, grid = normcorre.tile_and_correct(frame, template, (64, 64),
                                                                 (32, 32), (9, 9))
    assert registered.dtype == "float32"
    assert start[0] == (0, 0) and start[-1] == (220 - 96, 250 - 96)
    assert grid == [(n, m) for n in range(3) for m in range(4)] and len(shifts) == len(grid)
    for (y, x), (rows, columns) in zip(start, shifts):
        dy = (-4.25 + 0.008 * (y + 47.5 - 110)) / (1 - 0.008)
        dx = (1.75 - 0.008 * (x + 47.5 - 125)) / (1 + 0.008)
        assert (rows, columns) == pytest.approx((-dy, -dx), abs=0.15)
    inner = (slice(10, -10), slice(10, -10))
    errors = [numpy.abs(one - scene.displaced(shape, noise=0))[inner].mean() for one in (rigid, registered)]
    assert errors[1] < errors[0] / 2


def test_windows_are_those_of_caiman():
    rows, columns, size = normcorre.sliding_window((100, 60), (16, 16), (32, 32))
    assert (rows, columns, size) == ([0, 32, 52], [0, 12], (48, 48))
    assert normcorre.sliding_window((40, 40), (16, 16), (32, 32)) == ([0], [0], (40, 40))


@pytest.mark.parametrize("call", [
    lambda image: suite2p.compute_shifts(image, image),
    lambda image: suite2p.compute_shifts(image, image[None, :40]),
    lambda image: normcorre.tile_and_correct(image, image[:40], (32, 32), (16, 16), (5, 5)),
    lambda image: normcorre.tile_and_correct(1j * image, image, (32, 32), (16, 16), (5, 5)),
])
def test_shapes_and_types_are_told(random, call):
    with pytest.raises(ValueError, match="expected .*, got "):
        call(random.standard_normal((64, 64)))
