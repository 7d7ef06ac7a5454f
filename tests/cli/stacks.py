# SPDX-License-Identifier: Apache-2.0
"""For the tests of `align --stack`: bursts of images, and what they make by NumPy alone."""
import numpy as np

import reference
import scenes
from command import SEED, CommandTest

SIZE = (72, 84)


def moved(image, shift, period):
    """image(y - dy, x - dx) by bicubic taps `period` pixels apart; NaN where a tap is outside or NaN."""
    out = np.zeros(image.shape)
    axes = []
    for size, d in zip(image.shape, shift):
        # A pixel's taps are those of its phase's lattice.
        axes.append([(t * period, w) for t, w in reference.taps(-d / period, "bicubic")])
    for dy, wy in axes[0]:
        for dx, wx in axes[1]:
            i, j = np.arange(image.shape[0]) + dy, np.arange(image.shape[1]) + dx
            inside = np.ix_((i >= 0) & (i < image.shape[0]), (j >= 0) & (j < image.shape[1]))
            tap = np.full(image.shape, np.nan)
            tap[inside] = image[np.ix_(i[inside[0].ravel()], j[inside[1].ravel()])]
            out += wy * wx * tap
    return out


MOSAICS = {"RGGB": "RG/GB", "GBRG": "GB/RG", "XTRANS": "GGRGGB/GGBGGR/BRGRBG/GGBGGR/GGRGGB/RBGBRG"}


def colours_of(name, size=SIZE):
    """Of each pixel of an image, and how far pixels are looked at."""
    pattern = np.array([["RGB".index(c) for c in row] for row in MOSAICS[name].split("/")])
    return np.tile(pattern, (200, 200))[:size[0], :size[1]], 2 if len(pattern) == 2 else 3


def fitted(image, colours, shift, reach):
    """The value about where each pixel lies in the image, from its pixels of that pixel's own colour,
    and the weight of it: weighted least squares of a plane, whose slopes are damped. 0 of either where
    pixels that are NaN weigh more than the others."""
    height, width = image.shape
    values, weights = np.zeros((2, height, width))
    for y in range(height):
        for x in range(width):
            at = np.array([y - shift[0], x - shift[1]])
            near = np.rint(at).astype(int)
            if (near < 0).any() or (near >= image.shape).any():
                continue
            r = np.mgrid[max(near[0] - reach, 0):min(near[0] + reach + 1, height),
                         max(near[1] - reach, 0):min(near[1] + reach + 1, width)].reshape(2, -1)
            r = r[:, colours[tuple(r)] == colours[y, x]]
            if r.size == 0:
                continue
            pixels = image[tuple(r)].astype(float)
            known = np.isfinite(pixels)
            d = np.vstack([np.ones(r.shape[1]), r - at[:, None]])
            w = np.exp(-2 * np.sum(d[1:] ** 2, axis=0))
            if w[known].sum() <= w[~known].sum():
                continue
            d, w, pixels = d[:, known], w[known], pixels[known]
            normal = (d * w) @ d.T + np.diag([0, 0.03, 0.03]) * w.sum()
            values[y, x] = np.linalg.solve(normal, (d * w) @ pixels)[0]
            weights[y, x] = 1 / np.linalg.inv(normal)[0, 0]
    return values, weights


class StackTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.picture = 1000 * scenes.smooth_noise(self.rng, SIZE[0] + 24, SIZE[1] + 24)

    def image(self, dy, dx, noise=5.0):
        whole = scenes.shifted(self.picture, dy, dx)[12:-12, 12:-12]
        return (whole + noise * self.rng.standard_normal(SIZE)).astype(np.float32)

    def write_images(self, count, noise=5.0):
        """A reference and others, which lie anywhere around it."""
        shifts = [(0, 0), *self.rng.uniform(-5, 5, (count, 2))]
        self.shifts = np.array(shifts)
        images = [self.image(*shift, noise) for shift in shifts]
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        return images, [f"m{i}.npy" for i in range(1, count + 1)]

    def stack(self, mode, names, output, *more):
        self.run_well("align", "--ref", "m0.npy", *names, "--stack", mode, "-o", output, "--records",
                      "r.json", "--overwrite", *more)
        return scenes.read_records(self.path("r.json"))

    def laid(self, images, records, cfa_period=1, gains=None):
        """All images on the reference's pixels, by the shifts that were found."""
        planes = [np.asarray(images[0], np.float64)]
        for i, (image, record) in enumerate(zip(images[1:], records)):
            gain = 1 if gains is None else gains[i]
            planes.append(gain * moved(np.asarray(image, np.float64), record["shift"], cfa_period))
        return np.array(planes)

    def assert_near(self, got, want, atol):
        np.testing.assert_allclose(got, want, rtol=0, atol=atol, err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")

    def gains(self, images, records, white):
        """Of the images, by what neither they nor the reference has clipped."""
        found = []
        for image, record in zip(images[1:], records):
            dy, dx = record["best_alignment"]
            height, width = SIZE
            one = images[0][max(0, dy):height + min(0, dy), max(0, dx):width + min(0, dx)].astype(float)
            other = image[max(0, -dy):height + min(0, -dy), max(0, -dx):width + min(0, -dx)].astype(float)
            sound = (one < white) & (other < white)
            found.append(one[sound].sum() / other[sound].sum())
        return found
