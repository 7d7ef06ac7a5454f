#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times registration of Bayer mosaics beside scikit-image and OpenCV, in turn, in one process.

All get the camera's integers. The library does everything: conditioning, coarse and fine pass,
covariance. The peers convert them to the floating-point numbers that they work in and do one phase
correlation. What is timed is one call, warm: `pair` sets a reference and aligns an image onto it,
`image` aligns a further one. A line each: what, value, limit, ok or MISS. Exit: 0 every goal is met;
1 a miss; 2 usage, or no library.
"""
import argparse
import importlib.util
import statistics
import sys
import time

try:
    import numpy
except ImportError:
    sys.exit("scenes.py: this interpreter has no NumPy; run benchmarks/peers/install.sh and then "
             "build/peers/bin/python benchmarks/peers/scenes.py")

from compare import find_library
from library import Library, Scene, SceneImage
from peak import forget_peak, status_bytes
from report import Goals, write_report

SHAPE = (4000, 6000)
SHAPES = [(1000, 1000), (2000, 3000), SHAPE, (6300, 9504)]  # 1, 6, 24 and 60 megapixels
SHIFTS = [(-10, 7), (3, -4), (12, 9)]
NOISE = [60, 150, 300]  # of moving images, out of 8000 grey values


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--images", type=int, default=8, help="moving images of the scene")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-sizes", action="store_true", help="24 megapixels alone")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--upsampled", action="store_true",
                        help="scikit-image up to 1/100 px too, once (a quarter of a minute)")
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    return parser.parse_args()


def enlarged(coarse, step, height, width):
    """Linear interpolation of a grid whose points lie `step` pixels apart."""
    y, x = numpy.arange(height) / step, numpy.arange(width) / step
    row, column = y.astype(int), x.astype(int)
    below, right = (y - row).astype(numpy.float32)[:, None], (x - column).astype(numpy.float32)
    lines = coarse[:, column] * (1 - right) + coarse[:, column + 1] * right
    return lines[row] * (1 - below) + lines[row + 1] * below


class Mosaics:
    """A reference and moving images of a scene with detail on every scale, moved by integer pixels."""

    def __init__(self, shape, count, seed):
        random = numpy.random.default_rng(seed)
        height, width = shape
        margin = 16
        field = numpy.zeros((height + 2 * margin, width + 2 * margin), numpy.float32)
        for step in (2, 4, 8, 32, 128):
            coarse = random.standard_normal((field.shape[0] // step + 3, field.shape[1] // step + 3),
                                            dtype=numpy.float32)
            field += enlarged(coarse, step, *field.shape) * numpy.float32(step ** 0.5)
        field -= field.min()
        field /= field.max()
        colours = numpy.float32([[4000, 8000], [8000, 4800]])

        def shot(shift, sigma):
            top, left = margin + shift[0], margin + shift[1]
            image = field[top:top + height, left:left + width].copy()
            for y in range(2):
                for x in range(2):
                    image[y::2, x::2] *= colours[y, x]
            image += 500 + sigma * random.standard_normal(shape, dtype=numpy.float32)
            return numpy.clip(image, 0, 16383).astype(numpy.uint16)

        self.reference = shot((0, 0), 20)
        self.moving = [shot(SHIFTS[j], NOISE[j]) for j in range(min(count, len(SHIFTS)))]


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


class Scenes:
    """The library on mosaics, its arguments made ready."""

    def __init__(self, library, mosaics, threads):
        self.context = library.context(threads)
        self.scene = Scene(library, self.context, mosaics.reference.shape)
        self.reference = SceneImage.of(mosaics.reference)
        self.moving = [SceneImage.of(image) for image in mosaics.moving]
        self.largest_error = 0.0

    def image(self, j=0):
        j %= len(self.moving)
        found = self.scene.align(self.moving[j])
        if found.status:
            raise RuntimeError(f"status {found.status}")
        self.largest_error = max(self.largest_error,
                                 *(abs(found.shift[a] - SHIFTS[j][a]) for a in range(2)))

    def pair(self):
        self.scene.borrow_reference(self.reference)
        self.image()

    def close(self, library):
        self.scene.close()
        library.free("ppatch_context_destroy", self.context)


def measure_sizes(library, arguments, mosaics_of):
    records = []
    for shape in [SHAPE] if arguments.no_sizes else SHAPES:
        mosaics = mosaics_of(shape)
        for threads in sorted({1, arguments.threads}):
            before = forget_peak()
            scenes = Scenes(library, mosaics, threads)
            first = seconds_of(scenes.pair)
            pixels = shape[0] * shape[1]
            record = {"shape": shape, "threads": threads, "scratch_bytes": scenes.scene.bytes,
                      "scratch_bytes_per_pixel": scenes.scene.bytes / pixels,
                      "peak_growth_bytes": status_bytes("VmHWM") - before, "first_seconds": first}
            pairs = [seconds_of(scenes.pair) for _ in range(arguments.repetitions)]
            images = [seconds_of(lambda at=j: scenes.image(at)) for j in range(arguments.images)]
            record.update(pair_seconds=statistics.median(pairs),
                          image_seconds=statistics.median(images),
                          largest_error=scenes.largest_error)
            records.append(record)
            print(f"{pixels / 1e6:5.1f} MP, {threads} thread{'s' * (threads > 1)}: pair "
                  f"{1e3 * record['pair_seconds']:7.1f} ms, image "
                  f"{1e3 * record['image_seconds']:7.1f} ms, scratch "
                  f"{record['scratch_bytes_per_pixel']:.2f} bytes a pixel, first call "
                  f"{1e3 * first:.0f} ms, error {record['largest_error']:.4f} px", flush=True)
            scenes.close(library)
    return records


def peers_of(mosaics, arguments):
    """name, module, call that returns the shift, how often to run it."""
    reference, moving = mosaics.reference, mosaics.moving[0]
    found = []
    if importlib.util.find_spec("skimage"):
        import skimage
        from skimage.registration import phase_cross_correlation
        found.append(("scikit-image phase_cross_correlation", skimage.__version__, lambda: (
            phase_cross_correlation(reference.astype(numpy.float32),
                                    moving.astype(numpy.float32))[0]), arguments.repetitions))
        if arguments.upsampled:
            found.append(("scikit-image, upsample_factor=100", skimage.__version__, lambda: (
                phase_cross_correlation(reference.astype(numpy.float32),
                                        moving.astype(numpy.float32), upsample_factor=100)[0]), 1))
    if importlib.util.find_spec("cv2"):
        import cv2
        cv2.setNumThreads(arguments.threads)

        for name, dtype in (("float32", numpy.float32), ("float64", numpy.float64)):
            def phase_correlate(dtype=dtype):
                (x, y), _ = cv2.phaseCorrelate(mosaics.moving[0].astype(dtype),
                                               mosaics.reference.astype(dtype))
                return y, x
            found.append((f"OpenCV phaseCorrelate, {name}", cv2.__version__, phase_correlate,
                          arguments.repetitions))
    return found


def measure_peers(library, arguments, mosaics):
    scenes = Scenes(library, mosaics, arguments.threads)
    scenes.pair()
    records = []
    for name, version, call, repetitions in peers_of(mosaics, arguments):
        shift = call() if repetitions > 1 else None
        times = {"peer": [], "pair": [], "image": []}
        for repetition in range(repetitions):
            start = time.perf_counter()
            shift = call()
            times["peer"].append(time.perf_counter() - start)
            times["pair"].append(seconds_of(scenes.pair))
            times["image"].append(seconds_of(lambda at=repetition: scenes.image(at)))
        error = max(abs(float(shift[a]) - SHIFTS[0][a]) for a in range(2))
        record = {"name": name, "version": version, "shift_error": error,
                  "repetitions": repetitions}
        record.update({f"{key}_seconds": statistics.median(value) for key, value in times.items()})
        for key in ("pair", "image"):
            record[f"{key}_ratio"] = statistics.median(
                theirs / ours for theirs, ours in zip(times["peer"], times[key]))
        records.append(record)
        print(f"{name} {version}: {1e3 * record['peer_seconds']:.0f} ms; the library beside it: "
              f"pair {1e3 * record['pair_seconds']:.0f} ms, image "
              f"{1e3 * record['image_seconds']:.0f} ms; error {error:.3f} px", flush=True)
    scenes.close(library)
    return records


def judge(report):
    goals = Goals()
    for one in report["sizes"]:
        pixels = one["shape"][0] * one["shape"][1]
        if pixels >= 6e6:
            goals.at_most(f"scratch, bytes a pixel, {pixels / 1e6:.0f} megapixels, "
                          f"{one['threads']} threads", one["scratch_bytes_per_pixel"], 6)
        goals.at_most(f"largest error, px, {pixels / 1e6:.0f} megapixels, "
                      f"{one['threads']} threads", one["largest_error"], 0.01)
    for one in report["peers"]:
        goals.at_least(f"pair: times faster than {one['name']}", one["pair_ratio"], 6)
        goals.at_least(f"image of a scene: times faster than {one['name']}", one["image_ratio"], 10)
    if report["asked_for_peers"] and not report["peers"]:
        goals.line("times faster than peers", "none is installed", ">= 6", False)
    return goals.missed


def main():
    arguments = parse_arguments()
    if min(arguments.threads, arguments.repetitions, arguments.images) < 1:
        sys.exit("scenes.py: --threads, --repetitions and --images: expected at least 1")
    library = Library(find_library(arguments.library))
    made = {}

    def mosaics_of(shape):
        if shape not in made:
            made.clear()
            made[shape] = Mosaics(shape, arguments.images, arguments.seed)
        return made[shape]

    report = {"asked_for_peers": not arguments.no_peers,
              "work": {key: getattr(arguments, key) for key in
                       ("threads", "repetitions", "images", "seed")}}
    report["sizes"] = measure_sizes(library, arguments, mosaics_of)
    report["peers"] = ([] if arguments.no_peers
                       else measure_peers(library, arguments, mosaics_of(SHAPE)))
    missed = judge(report)
    write_report(arguments.json, library, **report)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
