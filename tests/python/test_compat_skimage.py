# SPDX-License-Identifier: Apache-2.0
import math

import numpy
import pytest

from ptychopatch.compat.skimage import phase_cross_correlation


def scene(random, height=128, width=160):
    image = random.standard_normal((height, width))
    for axis in range(2):
        image = sum(numpy.roll(image, j, axis) for j in range(4))
    return image


def moved(image, dy, dx):
    height, width = image.shape
    turn = numpy.exp(-2j * numpy.pi * (numpy.fft.fftfreq(height)[:, None] * dy
                                       + numpy.fft.fftfreq(width) * dx))
    return numpy.fft.ifft2(numpy.fft.fft2(image) * turn).real


@pytest.mark.parametrize("normalization", ["phase", None])
@pytest.mark.parametrize("space", ["real", "Fourier"])
def test_shift_error_and_phase(random, normalization, space):
    still = scene(random)
    dy, dx = (int(v) for v in random.integers(-50, 50, 2))
    other = numpy.roll(still, (dy, dx), (0, 1))
    images = [numpy.fft.fft2(i) for i in (still, other)] if space == "Fourier" else [still, other]
    shift, error, phase = phase_cross_correlation(*images, normalization=normalization, space=space)
    assert shift.tolist() == [-dy, -dx] and shift.dtype == numpy.float64
    assert error == pytest.approx(0, abs=1e-6) and phase == 0
    noisy = other + 0.3 * other.std() * random.standard_normal(other.shape)
    _, error, _ = phase_cross_correlation(still, noisy, normalization=normalization)
    assert error == pytest.approx(0.3 / math.hypot(1, 0.3), rel=0.1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8", "uint16", "int32"])
def test_parts_of_a_pixel(random, dtype):
    still = 128 + 5 * scene(random)
    other = moved(still, 2.4, -1.32)
    shift, error, phase = phase_cross_correlation(still.astype(dtype), other.astype(dtype),
                                                  upsample_factor=100)
    numpy.testing.assert_allclose(shift, (-2.4, 1.32), atol=0.03)
    assert error < 0.05 and phase == 0
    assert shift.dtype == ("float32" if dtype in ("float16", "float32") else "float64")


@pytest.mark.parametrize("dy, dx", [(70, -90), (-85, 20), (100, 110)])
def test_disambiguation_beyond_half_of_the_size(random, dy, dx):
    whole = scene(random, 600, 600)
    still, other = whole[200:360, 200:360], whole[200 + dy:360 + dy, 200 + dx:360 + dx]
    shift, _, _ = phase_cross_correlation(still, other, disambiguate=True)
    assert shift.tolist() == [dy, dx]


@pytest.mark.parametrize("dy", [100, -100, 350, -350])
@pytest.mark.parametrize("dx", [100, -100, 350, -350])
def test_disambiguation_where_a_twentieth_overlaps(random, dy, dx):
    whole = scene(random, 1160, 1160)
    still, other = whole[355:805, 355:805], whole[355 + dy:805 + dy, 355 + dx:805 + dx]
    shift, _, _ = phase_cross_correlation(still, other, disambiguate=True)
    assert shift.tolist() == [dy, dx]


def test_masks(random):
    still = scene(random)
    other = numpy.roll(still, (5, -7), (0, 1))
    spoilt = other.copy()
    spoilt[:40, :60] = numpy.nan
    mask = numpy.isfinite(spoilt)
    shift, error, phase = phase_cross_correlation(still, spoilt, moving_mask=mask,
                                                  reference_mask=numpy.ones_like(mask))
    assert shift.tolist() == [-5, 7] and math.isnan(error) and math.isnan(phase)


def test_errors_of_the_original_by_their_option(random):
    still = scene(random)
    other = numpy.roll(still, 9, 1)
    right = phase_cross_correlation(still, other)
    original = phase_cross_correlation(still, other, error_of_phases=True)
    assert right[1] < 1e-6 and original[1] > 0.99 and (right[0] == original[0]).all()


def test_what_is_not_done_says_so(random):
    image = scene(random)
    for call in (lambda: phase_cross_correlation(image + 1j, image),
                 lambda: phase_cross_correlation(image[0], image[0]),
                 lambda: phase_cross_correlation(image[None], image[None]),
                 lambda: phase_cross_correlation(numpy.fft.fft2(image * (1 + 1j)),
                                                 numpy.fft.fft2(image), space="fourier")):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(ValueError, match="shape"):
        phase_cross_correlation(image, image[1:])
    with pytest.raises(ValueError, match="normalization"):
        phase_cross_correlation(image, image, normalization="none")
    with pytest.raises(ValueError, match="space"):
        phase_cross_correlation(image, image, space="reel")
    image[3, 4] = numpy.nan
    with pytest.raises(ValueError, match="NaN"):
        phase_cross_correlation(scene(random), image)


def test_the_original_agrees_where_it_is_installed(random):
    original = pytest.importorskip("skimage.registration").phase_cross_correlation
    still = scene(random)
    other = moved(still, *random.uniform(-20, 20, 2)) + 0.1 * random.standard_normal(still.shape)
    for options in ({}, {"upsample_factor": 20}, {"normalization": None},
                    {"normalization": None, "upsample_factor": 50}):
        ours = phase_cross_correlation(still, other, **options, error_of_phases=True)
        theirs = original(still, other, **options)
        numpy.testing.assert_allclose(ours[0], theirs[0], atol=1e-6)
        numpy.testing.assert_allclose(ours[1], theirs[1], atol=1e-3)
        assert ours[2] == pytest.approx(theirs[2], abs=0.05)
