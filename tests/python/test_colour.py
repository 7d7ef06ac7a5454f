# SPDX-License-Identifier: Apache-2.0
"""Images of several channels, against NumPy; and colours registered as the luminance that is made."""
import numpy
import pytest

import ptychopatch

REC709 = numpy.array([0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
def test_luminance_is_numpys(random, dtype):
    for channels in (3, 1, 5, 16):
        image = random.uniform(0, 120, (21, 17, channels)).astype(dtype)
        weights = random.uniform(0, 2, channels)
        wanted = image.astype(float) @ (weights / weights.sum())
        got = ptychopatch.image_luminance(image, weights)
        assert got.dtype == ("float64" if dtype == "float64" else "float32")
        numpy.testing.assert_allclose(got, wanted, rtol=1e-6)
        planes = numpy.ascontiguousarray(numpy.moveaxis(image, -1, 0))
        numpy.testing.assert_array_equal(
            ptychopatch.image_luminance(numpy.moveaxis(planes, 0, -1), weights), got)
        out = numpy.full((21, 17), numpy.nan)
        assert ptychopatch.image_luminance(image, weights, white=100, out=out) is out
        clipped = (image >= 100).any(axis=2)
        numpy.testing.assert_allclose(out, numpy.where(clipped, 100, wanted), rtol=1e-12)
    image = random.uniform(0, 120, (21, 17, 3)).astype(dtype)
    numpy.testing.assert_allclose(ptychopatch.image_luminance(image), image.astype(float) @ REC709,
                                  rtol=1e-6)


def coloured_pair(random, shift):
    """Red, green and blue of one periodic scene, and the same moved."""
    side = 96
    frequency = numpy.hypot(*numpy.meshgrid(*[numpy.fft.fftfreq(side)] * 2))
    spectrum = numpy.fft.fft2(random.standard_normal((3, side, side)))
    spectrum *= numpy.exp(-2 * (numpy.pi * frequency) ** 2) / numpy.maximum(frequency, 1 / side)
    spectrum[:, 0, 0] = 0
    spectrum[1:] = 0.5 * spectrum[1:] + spectrum[0]
    ramp = numpy.exp(2j * numpy.pi * (numpy.fft.fftfreq(side)[:, None] * shift[0]
                                      + numpy.fft.fftfreq(side) * shift[1]))
    still = numpy.fft.ifft2(spectrum).real
    moved = numpy.fft.ifft2(spectrum * ramp).real
    scale = 2000 / still.std()
    return [numpy.moveaxis(20000 + scale * image, 0, -1)[8:-8, 8:-8] for image in (still, moved)]


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_colours_are_registered(random, dtype):
    shift = random.uniform(-4, 4, 2)
    still, moved = [image.astype(dtype) for image in coloured_pair(random, shift)]
    found = ptychopatch.align(still, moved)
    assert found.status == "ok"
    numpy.testing.assert_allclose(found.shift, shift, atol=0.03)
    # As luminances that are made beforehand, one by one or in a list, or mixed.
    single = [ptychopatch.image_luminance(image) for image in (still, moved)]
    wanted = ptychopatch.align(*single)
    assert tuple(found.shift) == tuple(wanted.shift)
    scene = ptychopatch.Scene(still, motion="translation")
    for found in (scene.align(moved), *scene.align([moved, single[1]]), scene.align(single[1])):
        assert tuple(found.shift) == tuple(wanted.shift)
    assert tuple(scene.measure_motion(moved).image_shift.shift) == tuple(wanted.shift)
    scene.borrow_reference(moved)
    numpy.testing.assert_allclose(scene.align(still).shift, -shift, atol=0.03)


def test_a_channel_that_is_clipped_clips_the_pixel(random):
    still, moved = coloured_pair(random, (1.5, -2.25))
    for image in (still, moved):
        image[20:40, 20:40, 2] = 60000  # blue alone, by chance in one place of both
    kept = ptychopatch.align(still, moved, white=50000)
    by_hand = ptychopatch.align(*[ptychopatch.image_luminance(image, white=50000)
                                  for image in (still, moved)], white=50000)
    assert tuple(kept.shift) == tuple(by_hand.shift)
    own = ptychopatch.Scene(still, white=50000).align(moved, black=0.0, white=50000.0)
    assert tuple(own.shift) == tuple(kept.shift)


def test_what_is_wrong_is_said(random):
    image = random.uniform(0, 1, (40, 44, 3))
    with pytest.raises(ValueError, match="weights: expected 3, one for each channel, got 2"):
        ptychopatch.image_luminance(image, (1, 2))
    with pytest.raises(ValueError, match=r"weights\[1\]"):
        ptychopatch.image_luminance(image, (1, -2, 3))
    with pytest.raises(ValueError, match="weights"):
        ptychopatch.image_luminance(image[..., :2])
    with pytest.raises(ValueError, match=r"image: expected \(H, W, C\)"):
        ptychopatch.image_luminance(image[..., 0])
    with pytest.raises(ValueError, match="out"):
        ptychopatch.image_luminance(image, out=numpy.zeros((4, 4)))
    rgba = numpy.dstack([image, image[..., :1]])
    for first, second, says in ((rgba, rgba, "alpha"), (image, rgba, "moving.*alpha"),
                                (image[..., :2], image, "reference"), (image[0, 0], image, "reference")):
        with pytest.raises(ValueError, match=says):
            ptychopatch.align(first, second)
    with pytest.raises(ValueError, match="cfa"):
        ptychopatch.align(image, image, cfa="RGGB")
