# SPDX-License-Identifier: Apache-2.0
"""Least-squares assembly beside NumPy's, and the affine fit of a scan."""
import numpy
import pytest

import oracle
import ptychopatch
from test_patches import refused, values

DTYPES = ["float32", "float64", "complex64", "complex128"]


def dense(patch_map):
    """The matrix of the linear part, (patches' pixels, image's pixels)."""
    patch_map.constant = 0
    pixels = int(numpy.prod(patch_map.shape))
    columns = [patch_map.extract(row.reshape(patch_map.shape)).ravel() for row in numpy.eye(pixels)]
    return numpy.array(columns).T


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("boundary", ["zero", "constant", "reflect"])
def test_solve_is_least_squares(random, dtype, interpolation, boundary):
    shape, size, count, strength = (9, 8), (5, 4), 30, 0.1
    options = dict(interpolation=interpolation, boundary=boundary, constant=0.5)
    positions = random.uniform(-3, 8, (count, 2))
    patches, weights = values(random, (count, *size), dtype), random.uniform(0, 2, count)
    patch_map = oracle.PatchMap(positions, size, shape, **options)
    outside = patch_map.extract(numpy.zeros(shape)).ravel()
    matrix = dense(patch_map)
    weighed = matrix.T * numpy.repeat(weights, size[0] * size[1])
    coverage = weighed.sum(1)
    start = numpy.where(coverage > 1e-3 * coverage.max(),
                        weighed @ patches.ravel() / numpy.where(coverage == 0, 1, coverage), 0)
    want = numpy.linalg.solve(weighed @ matrix + strength * numpy.eye(72),
                              weighed @ (patches.ravel() - outside) + strength * start)
    found = ptychopatch.solve(patches, positions, shape, weights=weights, iterations=500,
                              tolerance=1e-13, regularisation=strength, **options)
    limit = 1e-9 if dtype in ("float64", "complex128") else 2e-4
    assert found.image.dtype == dtype
    numpy.testing.assert_allclose(found.image.ravel(), want, rtol=0, atol=limit)
    numpy.testing.assert_allclose(found.coverage.ravel(), coverage, rtol=0, atol=limit)
    assert 0 < found.iterations <= 500 and found.residual < 1e-6


def test_solve_gives_back_what_assemble_blurs(random):
    image = values(random, (70, 60), "complex64")
    positions = random.uniform(0, 1, (900, 2)) * numpy.array([70, 60])
    options = dict(boundary="wrap", interpolation="bilinear")
    patches = ptychopatch.extract(image, positions, 14, **options)
    mean, _ = ptychopatch.assemble(patches, positions, image.shape, **options)
    found = ptychopatch.solve(patches, positions, image.shape, iterations=300, **options)
    assert numpy.abs(mean - image).max() > 0.3
    assert numpy.abs(found.image - image).max() < 1e-4
    out, coverage = numpy.empty_like(image), numpy.empty(image.shape, "float32")
    again = ptychopatch.solve(patches, positions, out=out, coverage=coverage, iterations=300, **options)
    assert again.image is out and again.coverage is coverage
    assert out.tobytes() == found.image.tobytes()
    assert ptychopatch.solve_bytes(image, positions, 14, **options) > 10 * image.nbytes


def test_solve_refuses():
    patches, positions = numpy.zeros((2, 4, 4)), numpy.zeros((2, 2))

    def call(**options):
        return lambda: ptychopatch.solve(patches, positions, (9, 9), **options)

    refused(ValueError, ["weights", "(2,)"], call(weights=numpy.ones(3)))
    refused(ValueError, ["weights[1]", "-1"], call(weights=numpy.array([1.0, -1])))
    refused(ValueError, ["iterations"], call(iterations=0))
    refused(ValueError, ["tolerance"], call(tolerance=1.5))
    refused(ValueError, ["lambda"], call(regularisation=-1.0))
    refused(ValueError, ["image_shape"], lambda: ptychopatch.solve(patches, positions))


def test_halves_to_even_as_numpy_rounds(random):
    image = values(random, (40, 40), "float64")
    positions = random.integers(0, 40, (60, 2)) / 2
    for n, anchor, offset in ((6, "corner", 0), (6, "half", 3), (7, "half", 3)):
        got = ptychopatch.extract(image, positions + 6, n, interpolation="nearest", anchor=anchor,
                                  halves="even")
        for (y, x), patch in zip(numpy.round(positions + 6).astype(int) - offset, got):
            numpy.testing.assert_array_equal(patch, image[y:y + n, x:x + n])
    up = ptychopatch.extract(image, numpy.array([[4.5, 5.5]]), 3, interpolation="nearest")
    numpy.testing.assert_array_equal(up[0], image[5:8, 6:9])


def test_fit_scan_finds_a_turn(random):
    nominal = random.uniform(0, 400, (300, 2))
    matrix = numpy.array([[1.01, -0.012], [0.017, 0.99]])
    centre = nominal.mean(0)
    refined = centre + [2, -3] + (nominal - centre) @ matrix.T + random.normal(0, 0.3, (300, 2))
    fit = ptychopatch.fit_scan(nominal, refined)
    errors = numpy.sqrt(numpy.diag(fit.covariance))
    assert fit.status == "ok" and fit.degrees_of_freedom == 594
    numpy.testing.assert_allclose(fit.centre, centre)
    assert (numpy.abs(fit.shift - [2, -3]) < 5 * errors[:2]).all()
    assert (numpy.abs(fit.matrix - matrix).ravel() < 5 * errors[2:]).all()
    numpy.testing.assert_allclose(
        fit.residual, refined - centre - fit.shift - (nominal - centre) @ fit.matrix.T, atol=1e-10)
    assert abs(fit.sigma - 0.3) < 0.05
    turn = numpy.array([[numpy.cos(fit.rotation), -numpy.sin(fit.rotation)],
                        [numpy.sin(fit.rotation), numpy.cos(fit.rotation)]])
    numpy.testing.assert_allclose(
        turn @ [[fit.scale[0], fit.shear], [0, fit.scale[1]]], fit.matrix, atol=1e-12)

    information = numpy.tile([4.0, 0.5, 1.0], (300, 1)).astype("float32")
    weighed = ptychopatch.fit_scan(nominal, refined, information, sigma=1)
    whitened = numpy.linalg.cholesky([[4, 0.5], [0.5, 1]]).T @ weighed.residual.T
    assert weighed.chi2_per_dof == pytest.approx((whitened**2).sum() / 594)
    swapped = ptychopatch.fit_scan(nominal[:, ::-1], refined[:, ::-1], axes="xy")
    numpy.testing.assert_allclose(swapped.matrix, fit.matrix, atol=1e-12)
    line = numpy.arange(10)[:, None] * [1.0, 2.0]
    assert ptychopatch.fit_scan(line, line + 1).status == "line"
    assert ptychopatch.fit_scan(line[:2], line[:2]).status == "few"


def test_fit_scan_refuses():
    good = numpy.random.default_rng(1).uniform(0, 9, (5, 2))
    bad = good.copy()
    bad[3, 1] = numpy.nan
    refused(ValueError, ["nominal[3, 1]", "nan"], lambda: ptychopatch.fit_scan(bad, good))
    refused(ValueError, ["refined", "(5, 2)"], lambda: ptychopatch.fit_scan(good, good[:4]))
    refused(ValueError, ["nominal", "(K, 2)"], lambda: ptychopatch.fit_scan(good.T, good))
    refused(ValueError, ["information", "(5, 3)"], lambda: ptychopatch.fit_scan(good, good, good))
    refused(ValueError, ["information[0]"], lambda: ptychopatch.fit_scan(
        good, good, numpy.tile([1.0, 2.0, 1.0], (5, 1))))
    refused(ValueError, ["sigma"], lambda: ptychopatch.fit_scan(good, good, sigma=-1.0))
    refused(ValueError, ["axes"], lambda: ptychopatch.fit_scan(good, good, axes="zz"))
