#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the time of aligning one further 24-megapixel image goes, pass by pass, beside the time that
its bytes take at the speed of a copy. Needs `perf` and a library with its symbols.

Samples are attributed by function; transforms that are inlined into their caller's loops count as
transforms. Exit: 0; 2 usage, no library or no perf.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy

from compare import find_library
from library import Library
from report import write_report
from scenes import SHAPE, Mosaics, Scenes

# name, functions, bytes a pixel of the mosaic read and written. A band-limited image has 1 byte a
# pixel of the mosaic, its coarser scales a third. The bytes are those of an image whose reference has
# kept its spectrum: one round on the finest scale, and as many on the others.
PASSES = [
    ("means, noise", r"sum_integers|add_row<unsigned|measure_sigma", 2),
    ("reading, hot pixels", r"RowReader|scale_integers|finish_|suspects|outliers|HotPixel", 2),
    ("filters", r"decimate_row|combine|::decimate<", 1 + 1.33 + 0.33),
    ("fixed pattern", r"FixedPattern|sum_runs|add_rows|project|hann", 0.5),
    ("windows", r"window_row|weighted_row_sum|transform_window|fill_taper", 3 * 1.66),
    ("transforms", r"PlaneFft|_fft::|ducc|gather_|scatter_", 4 * (1 + 2) + 4 * 4 * 0.33 + 4 * 0.2),
    ("rings", r"ring_row|fill_weights", 2 * 1.33),
    ("Newton", r"newton_row|set_shift", 2 * 1.33),
    ("coarse correlation", r"correlate_row|coarse_peak", 4 * 0.2),
    ("weights, covariance", r"weigh_row|tile_row|tile_covariance", 4 + 0.5),
]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def align(arguments):
    mosaics = Mosaics(SHAPE, 1, 1)
    scenes = Scenes(Library(find_library(arguments.library)), mosaics, arguments.threads)
    scenes.pair()
    start = time.perf_counter()
    for _ in range(arguments.images):
        scenes.image()
    print((time.perf_counter() - start) / arguments.images)


def copy_rate():
    """Bytes a second read and written by a copy."""
    source = numpy.ones(1 << 26, numpy.float32)
    target = numpy.empty_like(source)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        numpy.copyto(target, source)
        times.append(time.perf_counter() - start)
    return 2 * source.nbytes / min(times)


def shares(folder):
    done = subprocess.run(["perf", "report", "-i", os.path.join(folder, "data"), "--no-children",
                           "--stdio", "--sort", "dso,symbol"], capture_output=True, text=True,
                          check=True)
    counts = {}
    for line in done.stdout.splitlines():
        found = re.match(r"\s*([\d.]+)%\s+(\S+)\s+\[\S\]\s+(.*)", line)
        if not found or "ptychopatch" not in found[2]:
            continue
        name = next((one[0] for one in PASSES if re.search(one[1], found[3])), "other")
        counts[name] = counts.get(name, 0.0) + float(found[1])
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def main():
    arguments = parse_arguments()
    if arguments.child:
        align(arguments)
        return 0
    library = find_library(arguments.library)
    with tempfile.TemporaryDirectory() as folder:
        command = ["perf", "record", "-q", "-o", os.path.join(folder, "data"), sys.executable,
                   os.path.abspath(__file__), "--child", "--library", library, "--threads",
                   str(arguments.threads), "--images", str(arguments.images)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"passes.py: {getattr(error, 'stderr', None) or error}", file=sys.stderr)
            return 2
        seconds = float(done.stdout.split()[0])
        parts = shares(folder)
    rate = copy_rate()
    pixels = SHAPE[0] * SHAPE[1]
    records = []
    for name, _, per_pixel in [*PASSES, ("other", "", 0)]:
        part = parts.get(name, 0.0)
        records.append({"pass": name, "seconds": part * seconds, "share": part,
                        "bytes": per_pixel * pixels, "copy_seconds": per_pixel * pixels / rate})
        print(f"{name:24} {1e3 * part * seconds:7.1f} ms  {100 * part:5.1f} %  "
              f"as a copy {1e3 * per_pixel * pixels / rate:6.1f} ms")
    print(f"{'all':24} {1e3 * seconds:7.1f} ms; copies move {rate / 1e9:.1f} GB/s")
    write_report(arguments.json, Library(library), seconds=seconds, copy_rate=rate,
                 threads=arguments.threads, passes=records)
    return 0


if __name__ == "__main__":
    sys.exit(main())
