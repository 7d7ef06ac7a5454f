#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far shifts are off: the library, its methods by colour planes and by phase, scikit-image and
OpenCV on the same simulated images, whose shifts are known.

Fields: Gaussian noise of amplitude spectrum 1/f^1.2 on a grid twice as fine, under a lens of half a
pixel and the pixel's own box, shifted by phases, sampled, extracted away from the periodic border. Mosaics:
three such fields mixed into red, green and blue and sampled by the pattern. Errors are pooled over
both axes and all trials. Exit: 0; 1 a limit is missed; 2 usage, or no library.
"""
import argparse
import importlib.util
import math
import sys

try:
    import numpy
except ImportError:
    sys.exit("accuracy.py: this interpreter has no NumPy; run benchmarks/peers/install.sh and then "
             "build/peers/bin/python benchmarks/peers/accuracy.py")

from compare import find_library
from library import Library, Scene, SceneImage
from report import Goals, write_report

XTRANS = "GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--trials", type=int, default=50, help="of each setting")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    return parser.parse_args()


class Field:
    """A scene that can be sampled at any shift, size + 2 * margin pixels wide."""

    def __init__(self, random, size, margin):
        self.size, self.margin = size, margin
        n = 2 * (size + 2 * margin)
        fy, fx = numpy.fft.fftfreq(n)[:, None], numpy.fft.rfftfreq(n)[None, :]
        f = numpy.hypot(fy, fx)
        f[0, 0] = numpy.inf
        lens = numpy.exp(-2 * (math.pi * 1.0) ** 2 * (fy ** 2 + fx ** 2))  # 1 fine sample: 0.5 px
        self._fy, self._fx = 2 * math.pi * fy, 2 * math.pi * fx
        self._spectrum = (numpy.fft.rfft2(random.standard_normal((n, n))) * f ** -1.2 * lens
                          * numpy.sinc(2 * fy) * numpy.sinc(2 * fx))
        self._n = n
        self._scale = 1.0 / self._sample(self._spectrum).std()

    def _sample(self, spectrum):
        fine = numpy.fft.irfft2(spectrum, (self._n, self._n))
        inner = slice(2 * self.margin, 2 * (self.margin + self.size), 2)
        return fine[inner, inner]

    def at(self, dy, dx):
        """What is at (y, x) of the scene lies at (y + dy, x + dx)."""
        turn = numpy.exp(-2j * (self._fy * dy + self._fx * dx))
        return self._scale * self._sample(self._spectrum * turn)

    def information(self):
        """Sum of the products of the slopes, per pixel: yy, yx, xx."""
        slopes = [self._scale * self._sample(self._spectrum * 2j * f) for f in (self._fy, self._fx)]
        return numpy.array([[(a * b).sum() for b in slopes] for a in slopes])


def sampled(planes, letters):
    side = math.isqrt(len(letters))
    out = numpy.empty_like(planes["R"])
    for place, letter in enumerate(letters):
        y, x = divmod(place, side)
        out[y::side, x::side] = planes[letter][y::side, x::side]
    return out


def mosaic(fields, letters, shift, random):
    luma, first, second = (field.at(*shift) for field in fields)
    planes = {"R": 0.45 + 0.25 * 0.45 * (0.9 * luma + 0.35 * first), "G": 1 + 0.25 * luma,
              "B": 0.6 + 0.25 * 0.6 * (0.85 * luma + 0.4 * second)}
    picture = numpy.maximum(sampled(planes, letters), 0)
    return picture + random.standard_normal(picture.shape) * numpy.sqrt(1e-4 * picture)


class Program:
    """Shifts by one program: error of either axis, as a multiple of what is asked."""

    def __init__(self, name, align):
        self.name, self._align = name, align
        self.errors, self.sigmas = [], []

    def run(self, still, moved, truth):
        shift, sigma = self._align(still, moved)
        # The moved picture is registered by moving it back.
        self.errors += [shift[a] + truth[a] for a in range(2)]
        self.sigmas += list(sigma)

    def summary(self, bounds):
        squares = numpy.square(self.errors)
        record = {"program": self.name, "rmse": float(numpy.sqrt(squares.mean())),
                  "median_error": float(numpy.median(numpy.abs(self.errors)))}
        if bounds:
            record["ratio_to_bound"] = float(numpy.sqrt(squares.sum() / numpy.sum(bounds)))
        if numpy.all(numpy.isfinite(self.sigmas)):
            record["error_by_sigma"] = float(
                numpy.sqrt((squares / numpy.square(self.sigmas)).mean()))
        return record


def programs(library, context, size, letters):
    nothing = (math.nan, math.nan)

    def of_library(method, upsample=0):
        scene = Scene(library, context, (size, size), letters, method, upsample)

        def align(still, moved):
            still, moved = (numpy.ascontiguousarray(one, numpy.float32) for one in (still, moved))
            scene.borrow_reference(SceneImage.of(still))
            found = scene.align(SceneImage.of(moved))
            return found.shift, [math.sqrt(found.covariance[i]) for i in (0, 2)]
        return align

    found = [Program("libptychopatch", of_library("ml"))]
    if letters:
        found.append(Program("by colour planes, median, 1/100 px", of_library("per-plane", 100)))
    if importlib.util.find_spec("skimage"):
        from skimage.registration import phase_cross_correlation
        found += [Program("scikit-image, phase, 1/100 px", lambda still, moved: (
            phase_cross_correlation(still, moved, upsample_factor=100)[0], nothing)),
                  Program("scikit-image, cross, 1/100 px", lambda still, moved: (
                      phase_cross_correlation(still, moved, upsample_factor=100,
                                              normalization=None)[0], nothing))]
    if importlib.util.find_spec("cv2"):
        import cv2

        def opencv(still, moved):
            window = cv2.createHanningWindow((size, size), cv2.CV_64F)
            (x, y), _ = cv2.phaseCorrelate(numpy.float64(moved), numpy.float64(still), window)
            return (y, x), nothing
        found.append(Program("OpenCV phaseCorrelate", opencv))
    return found


def measure_fields(library, context, arguments, noise, max_shift):
    size, random = 512, numpy.random.default_rng([arguments.seed, int(100 * noise), max_shift])
    candidates, bounds = programs(library, context, size, ""), []
    for _ in range(arguments.trials):
        field = Field(random, size, 64)
        shift = random.uniform(-max_shift, max_shift, 2)
        still = field.at(0, 0) + 0.05 * random.standard_normal((size, size))
        moved = field.at(*shift) + noise * random.standard_normal((size, size))
        share = numpy.prod(1 - numpy.abs(shift) / size)
        bounds += list(numpy.diag(numpy.linalg.inv(field.information() * share))
                       * (0.05 ** 2 + noise ** 2))
        for one in candidates:
            one.run(still, moved, shift)
    return [one.summary(bounds) for one in candidates]


def measure_mosaics(library, context, arguments, letters, noisy):
    size, random = 768, numpy.random.default_rng([arguments.seed, len(letters), noisy])
    candidates = programs(library, context, size, letters)
    for _ in range(arguments.trials):
        fields = [Field(random, size, 32) for _ in range(3)]
        shift = random.uniform(-20, 20, 2)
        still = mosaic(fields, letters, (0, 0), random)
        moved = mosaic(fields, letters, shift, random)
        if noisy:
            moved = 0.25 * moved + 0.03 * random.standard_normal(moved.shape)
        for one in candidates:
            one.run(still, moved, shift)
    return [one.summary([]) for one in candidates]


def show(goals, setting, limits, records):
    for record in records:
        print(f"{setting:28} {record['program']:36} rmse {record['rmse']:9.5f} px"
              + (f"  {record['ratio_to_bound']:8.2f} times the bound"
                 if "ratio_to_bound" in record else "")
              + (f"  |error|/sigma {record['error_by_sigma']:.2f}"
                 if "error_by_sigma" in record else ""), flush=True)
    ours = records[0]
    for key, limit in limits.items():
        goals.at_most(f"{setting}: {key}", ours[key], limit)
    return {"setting": setting, "programs": records, "limits": limits}


def main():
    arguments = parse_arguments()
    if min(arguments.trials, arguments.threads) < 1:
        sys.exit("accuracy.py: --trials and --threads: expected at least 1")
    library = Library(find_library(arguments.library))
    context = library.context(arguments.threads)
    goals, settings = Goals(), []

    def add(setting, limits, records):
        settings.append(show(goals, setting, limits, records))

    for noise in (0.2, 1.0):
        for max_shift in (3, 40):
            add(f"noise (0.05, {noise}), to {max_shift} px", {"ratio_to_bound": 1.25},
                measure_fields(library, context, arguments, noise, max_shift))
    for name, letters in (("Bayer", "RGGB"), ("X-Trans", XTRANS)):
        for noisy in (False, True):
            add(f"{name}, {'gain 1/4, noise 0.03' if noisy else 'clean'}",
                {"rmse": 0.012 if noisy else 0.002},
                measure_mosaics(library, context, arguments, letters, noisy))
    write_report(arguments.json, library, trials=arguments.trials, seed=arguments.seed,
                 settings=settings)
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
