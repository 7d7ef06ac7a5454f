#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times libptychopatch and other programs on the same patches, in turn, in one process.

Bilinear patches of a complex64 image and their adjoint. Every peer's result is held against the
library's before anything is timed. Peers that are not installed are named; install.sh installs
them. Exit: 0 done; 1 a peer disagrees; 2 usage, or no library.
"""
import argparse
import glob
import importlib
import importlib.util
import os
import statistics
import sys
import time

# Before a library of theirs is loaded.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

try:
    import numpy
except ImportError:
    sys.exit("compare.py: this interpreter has no NumPy; run benchmarks/peers/install.sh and then "
             "build/peers/bin/python benchmarks/peers/compare.py")

import peers
from library import Library
from report import write_report
from work import Work

# Peers hold coordinates in float32, which resolves 1e-4 px here.
TOLERANCE = 1e-3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--patches", type=int, default=1024)
    parser.add_argument("--size", type=int, default=128, help="of a patch along each axis")
    parser.add_argument("--side", type=int, default=1024, help="of the image")
    parser.add_argument("--order", choices=["raster", "random"], default="raster")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repetitions", type=int, default=7, help="pairs of library and peer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="peers whose name has this in it")
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    arguments = parser.parse_args()
    if arguments.side < arguments.size + 4:
        parser.error(f"--side: expected at least {arguments.size + 4}, got {arguments.side}")
    if min(arguments.patches, arguments.threads, arguments.repetitions) < 1:
        parser.error("--patches, --threads and --repetitions: expected at least 1")
    return arguments


def find_library(given):
    places = [given] if given else [
        os.path.join(ROOT, "build", "release", "capi", "libptychopatch.so"),
        *glob.glob(os.path.join(ROOT, "build", "*", "capi", "libptychopatch.so"))]
    for place in places:
        if os.path.exists(place):
            return place
    print(f"compare.py: there is no {places[0]}; build it or name one with --library",
          file=sys.stderr)
    sys.exit(2)


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def difference(ours, theirs):
    """The largest, as a part of the largest value."""
    return float(numpy.abs(ours - theirs).max() / numpy.abs(ours).max())


class Reference:
    """The library on the work, in buffers that are used again and again."""

    def __init__(self, library, work, threads):
        self.plan = library.plan(library.context(threads), work.positions, work.size)
        self.patches = numpy.full_like(work.cotangents, numpy.nan)
        self.image = numpy.full_like(work.image, numpy.nan)
        self.forward = library.extract(self.plan, work.image, self.patches)
        self.backward = library.adjoint(self.plan, work.cotangents, self.image)

    def result(self, direction):
        getattr(self, direction)()
        return self.patches if direction == "forward" else self.image


def compare(peer, direction, reference, part, count, arguments):
    """part: the library on as many patches as the peer has; reference: on all."""
    getattr(peer, direction)()
    far = difference(part.result(direction), getattr(peer, f"result_of_{direction}")())
    ours, theirs = [], []
    for _ in range(arguments.repetitions):
        ours.append(seconds_of(getattr(reference, direction)) / arguments.patches)
        theirs.append(seconds_of(getattr(peer, direction)) / count)
    return {"seconds_per_patch": statistics.median(theirs),
            "library_seconds_per_patch": statistics.median(ours),
            "ratio": statistics.median(t / o for t, o in zip(theirs, ours)),
            "patches": count, "max_difference": far, "agrees": far <= TOLERANCE}


def run_peer(kind, library, work, reference, arguments):
    result = {"name": kind.name, "by_hand": getattr(kind, "by_hand", False)}
    if importlib.util.find_spec(kind.module) is None:
        return {**result, "missing": f"{kind.module} is not installed"}
    try:
        result["version"] = importlib.import_module(kind.module).__version__
    except Exception as error:  # whatever an import that is there may throw
        return {**result, "missing": f"{kind.module} cannot be imported: {error}"}
    count = min(len(work), getattr(kind, "max_patches", len(work)))
    own_work = work.first(count)
    part = reference if count == len(work) else Reference(library, own_work, arguments.threads)
    peer = kind(own_work, arguments.threads)
    for direction in ("forward", "backward"):
        if hasattr(peer, direction):
            getattr(peer, f"prepare_{direction}", lambda: None)()
            result[direction] = compare(peer, direction, reference, part, count, arguments)
    return result


def show(result):
    if "missing" in result:
        print(f"{result['name']:40} {result['missing']}")
    for direction in ("forward", "backward"):
        if direction in result:
            one = result[direction]
            print(f"{result['name']:40} {direction:8} {1e6 * one['seconds_per_patch']:10.2f} us a patch"
                  f"  library {1e6 * one['library_seconds_per_patch']:7.2f}"
                  f"  ratio {one['ratio']:8.1f}  largest difference {one['max_difference']:.1e}"
                  + ("" if one["agrees"] else "  DISAGREES"), flush=True)


def main():
    arguments = parse_arguments()
    library = Library(find_library(arguments.library))
    work = Work(arguments.patches, arguments.size, arguments.side, arguments.order, arguments.seed)
    reference = Reference(library, work, arguments.threads)
    print(f"libptychopatch {library.version}: {arguments.patches} patches of {arguments.size} x "
          f"{arguments.size} complex64 from {arguments.side} x {arguments.side}, bilinear, "
          f"{arguments.order}, {arguments.threads} threads", flush=True)
    results = []
    for kind in peers.ALL:
        if arguments.only.lower() in kind.name.lower():
            results.append(run_peer(kind, library, work, reference, arguments))
            show(results[-1])
    directions = [one[d] for one in results for d in ("forward", "backward") if d in one]
    write_report(arguments.json, library, peers=results, work={
        key: getattr(arguments, key) for key in
        ("patches", "size", "side", "order", "threads", "repetitions", "seed")})
    return 0 if all(one["agrees"] for one in directions) else 1


if __name__ == "__main__":
    sys.exit(main())
