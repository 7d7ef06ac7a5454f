#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the Python package adds to the library: a line each, what, value, limit, ok or MISS.

Overhead is the time of a whole call on so little data that the library has next to nothing to do,
some of it the library's own. Extraction is timed beside the C function, which has its plan and its
arguments made ready, in turn, in one process; both write to an array that is there. Exit: 0 every
goal is met; 1 a miss; 2 usage, no library or no package.

Run it with an interpreter that imports ptychopatch, or name the package's folder in PYTHONPATH.
"""
import argparse
import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "peers"))
try:
    import numpy
    import ptychopatch
except ImportError as missing:
    print(f"calls.py: {missing}", file=sys.stderr)
    sys.exit(2)
from compare import find_library
from library import Library
from report import Goals

PLACES = 9  # contexts whose ratios' median is told


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=20)
    return parser.parse_args()


def seconds_of(call, times=1):
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def in_turn(ours, theirs, repetitions):
    """The median of the ratio of their times, each going first in every other pair."""
    ratios = []
    for _ in range(repetitions):
        first = seconds_of(ours) / seconds_of(theirs)
        later = seconds_of(theirs)
        ratios += [first, seconds_of(ours) / later]
    return statistics.median(ratios[2:])


class Extraction:
    """The same extraction by the package and by C."""

    def __init__(self, library, context, threads, positions, size, shape):
        random = numpy.random.default_rng(1)
        self.image = random.standard_normal((*shape, 2)).astype("float32").view("complex64")[..., 0]
        self.where = random.uniform(0, shape[0] - size - 1, (positions, 2))
        self.out = numpy.zeros((positions, size, size), "complex64")
        self.size, self.own = size, ptychopatch.Context(num_threads=threads)
        self.in_c = library.extract(library.plan(context, self.where, size), self.image, self.out)

    def in_python(self):
        ptychopatch.extract(self.image, self.where, self.size, out=self.out, context=self.own)


def small_calls():
    """name, a call on next to no data."""
    image, where = numpy.ones((32, 32), "complex64"), numpy.ones((1, 2))
    patches, back = numpy.ones((1, 4, 4), "complex64"), numpy.zeros((32, 32), "complex64")
    weights, gradient = numpy.zeros((32, 32), "float32"), numpy.zeros((1, 2), "float32")
    out = numpy.zeros((1, 4, 4), "complex64")
    points = numpy.random.default_rng(1).random((8, 2))
    groups = ptychopatch.Groups(numpy.zeros((8, 1), "int64"), None, None, None)
    return {
        "extract": lambda: ptychopatch.extract(image, where, 4, out=out),
        "extract, a new array": lambda: ptychopatch.extract(image, where, 4),
        "adjoint": lambda: ptychopatch.adjoint(patches, where, out=back),
        "assemble": lambda: ptychopatch.assemble(patches, where, out=back, coverage=weights),
        "position_gradient": lambda: ptychopatch.position_gradient(image, patches, where,
                                                                   out=gradient),
        "group": lambda: ptychopatch.group(points, out=groups),
    }


def main():
    arguments = parse_arguments()
    if arguments.threads < 1 or arguments.repetitions < 8:
        sys.exit("calls.py: expected --threads of at least 1 and --repetitions of at least 8")
    library = Library(find_library(arguments.library))
    goals = Goals()
    for name, call in small_calls().items():
        call()
        seconds = statistics.median(seconds_of(call, 200) for _ in range(arguments.repetitions))
        goals.at_most(f"Python: a whole call of {name}", 1e6 * seconds, 20, " us")
    # Where a context's memory happens to lie makes a few hundredths between two contexts of C itself,
    # and calls of a millisecond and less differ by more: long calls, each time in contexts of their own.
    for positions, size in ((5000, 64), (1000, 128)):
        ratios = []
        for _ in range(PLACES):
            context = library.context(arguments.threads)
            much = Extraction(library, context, arguments.threads, positions, size, (1024, 1024))
            ratios.append(in_turn(much.in_python, much.in_c, arguments.repetitions // 4))
            library.free("ppatch_context_destroy", context)
        goals.at_most(f"Python: extract of {positions} patches {size} x {size}, times C",
                      statistics.median(ratios), 1.05)
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
