# SPDX-License-Identifier: Apache-2.0
import numpy
import pytest

from ptychopatch.compat import rawnind

BAYER = numpy.array([[0, 1], [3, 2]])
XTRANS = numpy.array([["RGB".index(c) for c in row] for row in
                      ("GBGGRG", "RGRBGB", "GBGGRG", "GRGGBG", "BGBRGR", "GRGGBG")])


def pair(random, pattern, dy, dx, height=312, width=360):
    """The same scene twice, the second moved by (-dy, -dx), with noise, as float32."""
    scene = random.standard_normal((height + 80, width + 80))
    for axis in range(2):
        scene = sum(numpy.roll(scene, j, axis) for j in range(8))
    scene = 0.3 + 0.05 * scene / scene.std()
    period = len(pattern)
    gains = numpy.array([0.5, 1.0, 0.7, 1.0])[numpy.tile(pattern, (height // period + 1,
                                                                   width // period + 1))]

    def shot(y, x):
        image = scene[40 + y:40 + y + height, 40 + x:40 + x + width]
        noise = 0.005 * random.standard_normal(image.shape)
        return (gains[:height, :width] * (image + noise)).astype("float32")[None]

    return shot(0, 0), shot(dy, dx)


@pytest.mark.parametrize("pattern, truth", [(BAYER, (-6, 14)), (BAYER, (0, 0)), (XTRANS, (-12, 6)),
                                            (XTRANS, (3, 9))])
def test_shift_that_keeps_colours(random, pattern, truth):
    anchor, target = pair(random, pattern, *truth)
    shift, channels = rawnind.fft_phase_correlate_cfa(anchor, target, {"RGBG_pattern": pattern})
    assert shift == truth and len(channels) == len(pattern) ** 2
    if all(t % len(pattern) == 0 for t in truth):
        assert set(channels) == {truth}
    again, target = rawnind.shift_images(anchor, target, shift)
    assert abs(again - target).mean() < 0.01


def test_odd_shifts_go_to_the_nearest_that_keeps_colours(random):
    anchor, target = pair(random, BAYER, -7, 5)
    shift, _ = rawnind.fft_phase_correlate_cfa(anchor, target, {"RGBG_pattern": BAYER})
    assert abs(shift[0] + 7) == 1 and abs(shift[1] - 5) == 1
    anchor, target = pair(random, XTRANS, 3, 0)
    shift, _ = rawnind.fft_phase_correlate_cfa(anchor, target, {"RGBG_pattern": XTRANS})
    assert (shift[0] + shift[1]) % 6 == 0 and shift != (3, 0)


@pytest.mark.parametrize("method", ["median", "mean"])
def test_the_original_by_its_option(random, method, capsys):
    anchor, target = pair(random, BAYER, 8, -6)
    shift, channels = rawnind.fft_phase_correlate_cfa(
        anchor, target, {"RGBG_pattern": BAYER}, method, True, from_channels=True)
    assert shift == (8, -6) and len(capsys.readouterr().out.splitlines()) == len(channels) == 4


@pytest.mark.parametrize("dy", [0, 4, -4, 3, -3])
@pytest.mark.parametrize("dx", [0, 2, -5, 7])
def test_crops_lie_on_each_other(dy, dx):
    y, x = numpy.mgrid[:40, :36]
    anchor = numpy.stack([100.0 * y + x] * 3)
    target = numpy.stack([100.0 * (y + dy) + x + dx] * 3)
    left, right = rawnind.shift_images(anchor, target, (dy, dx))
    assert left.shape == right.shape and (left == right).all() and left.size > 0
    assert left.shape[1] % 2 == left.shape[2] % 2 == 0
    planes = numpy.stack([target[0, a::2, b::2] for a in range(2) for b in range(2)])
    left, right = rawnind.shift_images(anchor[:1], planes, (dy, dx))
    whole = numpy.empty(left.shape[1:])
    assert (2 * right.shape[1], 2 * right.shape[2]) == whole.shape
    for n in range(4):
        whole[n // 2::2, n % 2::2] = right[n]
    assert (whole == left[0]).all()


def test_what_the_original_drops_twice():
    anchor, planes = numpy.zeros((1, 40, 40)), numpy.zeros((4, 20, 20))
    left, right = rawnind.shift_images(anchor, planes, (-3, 0), drop_rows_twice=True)
    assert left.shape[1] == 36 and right.shape[1] == 17


def test_what_is_wrong_is_told(random):
    anchor, target = pair(random, BAYER, 0, 0)
    metadata = {"RGBG_pattern": BAYER}
    with pytest.raises(ValueError, match="flat"):
        rawnind.fft_phase_correlate_cfa(anchor, numpy.ones_like(target), metadata)
    with pytest.raises(ValueError, match="method"):
        rawnind.fft_phase_correlate_cfa(anchor, target, metadata, "mode")
    with pytest.raises(ValueError, match=r"\(2, 2\) or \(6, 6\)"):
        rawnind.fft_phase_correlate_cfa(anchor, target, {"RGBG_pattern": BAYER[:1]})
    with pytest.raises(ValueError, match=r"anchor: expected a mosaic \(1, H, W\)"):
        rawnind.fft_phase_correlate_cfa(anchor[0], target, metadata)
    with pytest.raises(NotImplementedError, match="anchor_img"):
        rawnind.shift_images(numpy.zeros((4, 9, 9)), anchor, (0, 0))
