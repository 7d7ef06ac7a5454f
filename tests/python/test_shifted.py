# SPDX-License-Identifier: Apache-2.0
"""Waves with a shifted probe, and normal matrices of positions."""
import numpy
import pytest

import ptychopatch
from test_patches import TOLERANCE, values


def shifted_waves(image, positions, probe):
    """Waves of a shifted probe by NumPy, the windows inside the image: (K, modes, h, w)."""
    h, w = probe.shape[-2:]
    corners = numpy.floor(positions + 0.5).astype(int)
    waves = []
    for corner, rest in zip(corners, positions - corners):
        ramp = numpy.exp(-2j * numpy.pi * (numpy.fft.fftfreq(h)[:, None] * rest[0]
                                           + numpy.fft.fftfreq(w) * rest[1]))
        shifted = numpy.fft.ifft2(numpy.fft.fft2(probe) * ramp)
        waves.append(shifted * image[corner[0]:corner[0] + h, corner[1]:corner[1] + w])
    return numpy.array(waves)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_shifted_probes(random, dtype):
    size, count, modes = (12, 9), 7, 2
    image, probe = values(random, (40, 40), dtype), values(random, (modes, *size), dtype)
    positions = random.uniform(1, 25, (count, 2))
    weights = values(random, (count, modes, *size), dtype)
    limit = dict(rtol=0, atol=200 * TOLERANCE[dtype])
    options = dict(probe=probe, subpixel="probe")
    want = shifted_waves(image, positions, probe)
    got = ptychopatch.extract(image, positions, size, **options)
    assert got.dtype == dtype
    numpy.testing.assert_allclose(got, want, **limit)

    def inner(a, b):
        return (a.conj() * b).sum()

    by_image = ptychopatch.adjoint(weights, positions, image.shape, **options)
    by_probe = ptychopatch.probe_adjoint(image, weights, positions, probe.shape, subpixel="probe")
    scale = abs(weights).sum() * 4 * TOLERANCE[dtype]
    assert abs(inner(weights, want) - inner(by_image, image)) < scale
    assert abs(inner(weights, want) - inner(by_probe, probe)) < scale

    gradient, normal = ptychopatch.position_gradient(image, weights, positions, normal=True,
                                                     **options)
    step = 1e-4
    wide = image.astype(complex), probe.astype(complex)
    change = []
    for axis in range(2):
        moved = numpy.zeros(2)
        moved[axis] = step
        change.append((shifted_waves(wide[0], positions + moved, wide[1])
                       - shifted_waves(wide[0], positions - moved, wide[1])) / (2 * step))
    for axis in range(2):
        numpy.testing.assert_allclose(gradient[:, axis], (weights.conj() * change[axis]).real.sum((1, 2, 3)),
                                      rtol=1e-3, atol=1e-2)
    for column, (a, b) in enumerate([(0, 0), (0, 1), (1, 1)]):
        numpy.testing.assert_allclose(normal[:, column],
                                      (change[a].conj() * change[b]).real.sum((1, 2, 3)),
                                      rtol=1e-3, atol=1e-2)


def test_normal_matrices_of_patches_have_the_curvature_as_diagonal(random):
    image, positions = values(random, (30, 30), "complex128"), random.uniform(2, 20, (6, 2))
    cotangent = values(random, (6, 5, 5), "complex128")
    gradient, curvature = ptychopatch.position_gradient(image, cotangent, positions, curvature=True)
    other, normal = ptychopatch.position_gradient(image, cotangent, positions, normal=True)
    assert (gradient == other).all() and (normal[:, ::2] == curvature).all()
    assert (normal[:, 1] ** 2 <= normal[:, 0] * normal[:, 2]).all()
    with pytest.raises(ValueError, match="curvature: expected False beside"):
        ptychopatch.position_gradient(image, cotangent, positions, curvature=True, normal=True)
