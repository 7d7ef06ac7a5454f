#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times neighbours and groups beside SciPy's cKDTree and FLANN, in turn, in one process.

Every one of them gets the same points, double precision, and the same number of threads; building
(sorting the points, making the tree) and searching are timed apart, and ratios are of their sums.
All neighbours are compared by their distances. A line each: what, value, limit, ok or MISS. Exit: 0
every goal is met; 1 a miss; 2 usage, or no library.
"""
import argparse
import ctypes
import os
import statistics
import sys
import time

try:
    import numpy
    from scipy.spatial import cKDTree
except ImportError:
    sys.exit("groups.py: this interpreter has no NumPy or no SciPy; /usr/bin/python3 has both after "
             "scripts/install-deps.sh")

from compare import ROOT, find_library
from library import Groups, Library
from report import Goals, write_report

K = 7
SIZES = [10**3, 10**4, 10**5, 10**6, 10**7]
SAMPLES = 10**4
SETS = {"random": 3, "clustered": 1}  # and the lowest ratio to FLANN


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libptychopatch.so (default: that of build/release)")
    parser.add_argument("--flann", help="libflann_peer.so (default: that of build/release)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", action="store_true",
                        help="cost against n too, from 1000 to 10 million points (a minute)")
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    return parser.parse_args()


def points_of(kind, n, seed):
    rng = numpy.random.default_rng(seed)
    points = rng.random((n, 2))
    if kind == "clustered":  # half of them in a blob of 1 % sigma
        points[::2] = 0.5 + 0.01 * rng.normal(size=points[::2].shape)
    if kind == "raster":
        side = int(n**0.5)
        k = numpy.arange(n)
        points = numpy.stack([k // side, k % side], 1) * 1.0
    return points


def seconds_of(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


class Ours:
    name = "libptychopatch"

    def __init__(self, library, threads):
        self._library, self._context = library, library.context(threads)

    def prepare(self, points, count):
        self._plan = Groups(self._library, self._context, points, neighbours=K)
        self._out = numpy.zeros((count, K), "i4")
        self.bytes_per_point = self._plan.bytes / len(points)

    def build(self):
        self._plan.build()

    def search(self, points, queries):
        self._plan.neighbours(self._out, queries)
        return self._out

    def close(self):
        self._plan.close()


class Scipy:
    name = "SciPy cKDTree"

    def __init__(self, threads):
        self._threads = threads

    def prepare(self, points, count):
        self._points = points

    def build(self):
        self._tree = cKDTree(self._points)

    def search(self, points, queries):
        at = points if queries is None else points[queries]
        return self._tree.query(at, k=K + 1, workers=self._threads)[1][:, 1:]

    def close(self):
        pass


class Flann:
    name = "FLANN"

    def __init__(self, path, threads):
        self._c, self._threads, self._tree = ctypes.CDLL(path), threads, None
        self._c.flann_peer_build.restype = ctypes.c_void_p

    def prepare(self, points, count):
        self._points = points
        self._indices = numpy.zeros((count, K + 1), numpy.uint64)
        self._squares = numpy.zeros((count, K + 1))

    def build(self):
        self.close()
        self._tree = ctypes.c_void_p(self._c.flann_peer_build(
            ctypes.c_void_p(self._points.ctypes.data), ctypes.c_int64(len(self._points))))

    def search(self, points, queries):
        at = points if queries is None else numpy.ascontiguousarray(points[queries])
        self._c.flann_peer_search(
            self._tree, ctypes.c_void_p(at.ctypes.data), ctypes.c_int64(len(at)),
            ctypes.c_int64(K + 1), ctypes.c_int(self._threads),
            ctypes.c_void_p(self._indices.ctypes.data), ctypes.c_void_p(self._squares.ctypes.data))
        return self._indices[:, 1:]

    def close(self):
        if self._tree:
            self._c.flann_peer_free(self._tree)
        self._tree = None


def squares_of(points, queries, indices):
    at = points if queries is None else points[queries]
    return ((points[indices] - at[:, None])**2).sum(2)


def race(contestants, kind, n, queries, arguments):
    """Median seconds of each, in turn; distances that differ end the run."""
    points = points_of(kind, n, arguments.seed)
    count = n if queries is None else len(queries)
    times = {c.name: {"build": [], "search": []} for c in contestants}
    expected = None
    for contestant in contestants:
        contestant.prepare(points, count)
    for repetition in range(arguments.repetitions + 1):
        for contestant in contestants:
            build, _ = seconds_of(contestant.build)
            search, found = seconds_of(lambda c=contestant: c.search(points, queries))
            if repetition == 0:  # warms up, and is looked at
                squares = squares_of(points, queries, found.astype("i8"))
                expected = squares if expected is None else expected
                # Where a query coincides with others, which of them stands first is chance.
                worst = numpy.abs(numpy.sort(squares, 1) - expected).max()
                if worst > 1e-12:
                    sys.exit(f"groups.py: {contestant.name} finds other neighbours on {kind}")
                continue
            times[contestant.name]["build"].append(build)
            times[contestant.name]["search"].append(search)
    records = []
    ours = times[contestants[0].name]
    for contestant in contestants:
        mine = times[contestant.name]
        record = {"name": contestant.name, "set": kind, "points": n, "queries": count,
                  "threads": arguments.threads}
        record.update({f"{key}_seconds": statistics.median(value) for key, value in mine.items()})
        record["ratio"] = statistics.median(
            (b + s) / (ob + os_) for b, s, ob, os_ in
            zip(mine["build"], mine["search"], ours["build"], ours["search"]))
        records.append(record)
        print(f"{kind:<10} n {n:>9,} queries {count:>9,}  {contestant.name:<15} build "
              f"{1e3 * record['build_seconds']:9.2f} ms, search "
              f"{1e3 * record['search_seconds']:9.2f} ms, {record['ratio']:5.1f} times ours",
              flush=True)
    for contestant in contestants:
        contestant.close()
    return records


def share_of_grouping(library, arguments):
    """5000 points, 5000 groups of 2 x 2 of 6 neighbours, their 20,000 patches of 64 x 64 c64."""
    rng = numpy.random.default_rng(arguments.seed)
    context = library.context(arguments.threads)
    points = rng.uniform(40, 980, (5000, 2))
    image = rng.normal(size=(1024, 1024, 2)).astype("f4").view("c8")[:, :, 0]
    patches = numpy.zeros((20000, 64, 64), "c8")
    indices = numpy.zeros((5000, 4), "i8")
    offsets, relative = numpy.zeros((5000, 2)), numpy.zeros((5000, 4, 2))
    shares = []
    for _ in range(arguments.repetitions + 2):
        def group():
            plan = Groups(library, context, points, gridsize=2, neighbours=6, seed=3)
            plan.draw(0, indices, offsets, relative)
            plan.close()

        def extract():
            plan = library.plan(context, points[indices].reshape(-1, 2), 64)
            library.extract(plan, image, patches)()
            library.free("ppatch_patch_plan_destroy", plan)

        grouping, _ = seconds_of(group)
        extracting, _ = seconds_of(extract)
        shares.append(grouping / (grouping + extracting))
        print(f"5000 points: groups {1e3 * grouping:.2f} ms, patches {1e3 * extracting:.2f} ms",
              flush=True)
    library.free("ppatch_context_destroy", context)
    return statistics.median(shares[1:])


def differing_groups(library, arguments):
    """Groups that are others on 1 or 2 threads, or for another division among calls."""
    points = points_of("clustered", 100000, arguments.seed)
    differing = {"on 1 and 2 threads": 0, "in shards": 0}
    for count in (100000, 30000, 250000):
        drawn = {}
        for threads in (1, 2):
            context = library.context(threads)
            plan = Groups(library, context, points, gridsize=2, neighbours=7, group_count=count,
                          seed=11, oversample=1)
            whole = numpy.full((count, 4), -1, "i4")
            parts = numpy.full((count, 4), -1, "i4")
            plan.draw(0, whole)
            for first in range(0, count, 7919):
                plan.draw(first, parts[first:first + 7919])
            differing["in shards"] += int((whole != parts).any(1).sum())
            drawn[threads] = whole
            plan.close()
            library.free("ppatch_context_destroy", context)
        differing["on 1 and 2 threads"] += int((drawn[1] != drawn[2]).any(1).sum())
    return differing


def main():
    arguments = parse_arguments()
    if min(arguments.threads, arguments.repetitions) < 1:
        sys.exit("groups.py: --threads and --repetitions: expected at least 1")
    library = Library(find_library(arguments.library))
    flann = arguments.flann or os.path.join(ROOT, "build", "release", "tests", "groups",
                                            "libflann_peer.so")
    if not os.path.exists(flann):
        print(f"groups.py: there is no {flann}; build the target flann_peer", file=sys.stderr)
        sys.exit(2)
    contestants = [Ours(library, arguments.threads), Scipy(arguments.threads),
                   Flann(flann, arguments.threads)]
    rng = numpy.random.default_rng(arguments.seed)
    records = []
    if arguments.sizes:
        for n in SIZES:
            # Trees of 10 million points take a quarter of a minute each.
            who = contestants if n < 10**7 else contestants[:1]
            for kind in ("random", "clustered", "raster"):
                records += race(who, kind, n, None, arguments)
            records += race(who, "random", n, rng.integers(0, n, min(n, SAMPLES)), arguments)
    goals = Goals()
    for kind, min_ratio in SETS.items():
        found = {r["name"]: r for r in race(contestants, kind, 10**6, None, arguments)}
        records += found.values()
        text = f"1M {kind} points, K = {K}, {arguments.threads} threads: times faster than"
        if kind == "random":
            goals.at_least(f"{text} cKDTree", found["SciPy cKDTree"]["ratio"], 5)
        goals.at_least(f"{text} FLANN", found["FLANN"]["ratio"], min_ratio)
    share = share_of_grouping(library, arguments)
    goals.at_most("share of grouping in 5000 groups and their 20,000 patches", share, 0.25)
    differing = differing_groups(library, arguments)
    for what, count in differing.items():
        goals.none(f"groups that differ {what}, of 380,000 drawn", count)
    write_report(arguments.json, library, records=records, share_of_grouping=share,
                 differing_groups=differing)
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
