#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what libptychopatch's speed and memory are held to; a line each: what, value, limit, ok
or MISS.

Runs ptychopatch-bench and peers/compare.py in turn, a few rounds, on a machine that should do
nothing else; a ratio is the median of the rounds', since how fast memory is changes from minute to
minute. Exit: 0 every goal is met; 1 a miss; 2 something could not be run.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "peers"))
from report import Goals

RATIOS = r"^main/(extract|adjoint)/c64/bilinear/N128/|^large/|^scenes/measures/"
CASES = RATIOS + r"|^memory/|^(patches|pixels)/(extract|adjoint)/"
MEGABYTE = 1e6


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    build = os.path.join(ROOT, "build")
    parser.add_argument("--bench", metavar="PROGRAM",
                        default=os.path.join(build, "release", "benchmarks", "ptychopatch-bench"))
    parser.add_argument("--library", metavar="FILE",
                        default=os.path.join(build, "release", "capi", "libptychopatch.so"))
    parser.add_argument("--python", metavar="PROGRAM", help="the peers' interpreter",
                        default=os.path.join(build, "peers", "bin", "python"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="how often ratios are measured")
    parser.add_argument("--report", metavar="FILE", help="judge this report and run no case")
    parser.add_argument("--peers-report", metavar="FILE", help="judge this one and run no peer")
    parser.add_argument("--card", metavar="FILE",
                        help="judge this report of ptychopatch-bench --device cuda:N, and nothing else")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error(f"--rounds: expected at least 1, got {arguments.rounds}")
    return arguments


def run_for_json(command, folder, name, allowed=(0,)):
    path = os.path.join(folder, name)
    try:
        status = subprocess.run([*command, "--json", path], stdout=sys.stderr, check=False).returncode
    except OSError as error:
        give_up(f"{command[0]}: {error.strerror}")
    if status not in allowed:
        give_up(f"{command[0]} failed with {status}")
    return read_json(path)


def give_up(why):
    print(f"goals.py: {why}", file=sys.stderr)
    sys.exit(2)


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def judge_bandwidth(goals, report):
    limits = {("main", "extract", "raster"): 0.85, ("main", "extract", "random"): 0.65,
              ("main", "adjoint", "raster"): 0.70, ("main", "adjoint", "random"): 0.70}
    times = {("large", "extract", "raster"): 1.25, ("large", "extract", "random"): 1.6}
    found = set()
    for record in report["records"]:
        key = record["set"], record["operation"], record["order"]
        shape = " x ".join(map(str, record["patches_shape"]))
        what = f"{record['operation']}, {record['order']}, {shape} {record['dtype']}"
        if key in limits and record["patches_shape"][-1] == 128:
            goals.at_least(f"{what}: share of {record['limit']}", record["share_of_limit"], limits[key])
            found.add(key)
        elif key in times:
            goals.at_most(f"{what}: times {record['limit']}", 1 / record["share_of_limit"], times[key])
            found.add(key)
    for key in sorted({*limits, *times} - found):
        goals.line("/".join(key), "not measured", "measured", False)


def growth(records, size_of):
    """The exponent of the power of the size that the seconds follow."""
    points = [(math.log(size_of(one)), math.log(one["seconds"])) for one in records]
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    return (sum((x - mean_x) * (y - mean_y) for x, y in points)
            / sum((x - mean_x) ** 2 for x, _ in points))


def judge_growth(goals, report):
    for name, size_of in (("patches", lambda one: one["patches_shape"][0]),
                          ("pixels", lambda one: one["patches_shape"][-1] ** 2)):
        for operation in ("extract", "adjoint"):
            records = [one for one in report["records"]
                       if one["set"] == name and one["operation"] == operation]
            what = f"{operation}: power of the number of {name} that the time grows with"
            if len(records) < 2:
                goals.line(what, "not measured", "measured", False)
            else:
                goals.at_most(what, growth(records, size_of), 1.1)


def judge_memory(goals, report):
    for one in report["memory"]:
        used = max(one["plan_bytes"], one["peak_bytes"])
        limit = one["budget_bytes"] or 64 * MEGABYTE
        shape = " x ".join(map(str, one["patches_shape"]))
        budget = ", in its budget" if one["budget_bytes"] else ""
        goals.at_most(f"memory of {one['operation']}, {shape}{budget}", used / MEGABYTE,
                      limit / MEGABYTE, " MB")
    if not report["memory"]:
        goals.line("memory", "not measured", "measured", False)


def judge_peers(goals, report):
    for direction in ("forward", "backward"):
        ratios = {one["name"]: one[direction]["ratio"] for one in report["peers"]
                  if direction in one and not one["by_hand"]}
        if not ratios:
            goals.line(f"{direction}: times faster than peers", "no peer installed", ">= 10", False)
            continue
        fastest = min(ratios, key=ratios.get)
        goals.at_least(f"{direction}: times faster than {fastest}", ratios[fastest], 10)
    for one in report["peers"]:
        for direction in ("forward", "backward"):
            if direction in one:
                far = one[direction]["max_difference"]
                goals.line(f"{direction}: difference from {one['name']}", f"{far:.1e}", "<= 1e-3",
                           one[direction]["agrees"])


def judge_measures(goals, report):
    """Of a pair of 24 megapixels: gains, loss and mask."""
    times = [one["seconds"] for one in report["records"]
             if (one["set"], one["operation"]) == ("scenes", "measures")]
    what = "measures of a pair of 24 megapixels, two threads"
    if times:
        goals.at_most(what, 1e3 * max(times), 60.0, " ms")
    else:
        goals.line(what, "not measured", "measured", False)


def judge_card(goals, report):
    records = {}
    for one in report["records"]:
        records.setdefault((one["set"], one["operation"], one["order"]), []).append(one)

    def each(what, key, judge):
        for one in records.get(key, []):
            judge(f"{what}, {' x '.join(map(str, one['patches_shape']))} {one['dtype']}", one)
        if key not in records:
            goals.line(what, "not measured", "measured", False)

    for operation, min_share in (("extract", 0.9), ("adjoint", 0.8), ("adjoint_coverage", 0.8),
                                 ("position_gradient", 0.8), ("probe_extract", 0.8),
                                 ("probe_adjoint_image", 0.8), ("probe_adjoint_probe", 0.8)):
        for order in ("raster", "random"):
            each(f"{operation}, {order}: share of the limit", ("main", operation, order),
                 lambda what, one, low=min_share: goals.at_least(what, one["share_of_limit"], low))
    for operation in ("extract", "adjoint"):
        for order in ("raster", "random"):
            each(f"{operation} of odd sizes and channel-last groups, {order}: share of the limit",
                 ("shapes", operation, order),
                 lambda what, one: goals.at_least(what, one["share_of_limit"], 0.75))
        each(f"{operation}, arrays of the host: share of the way to the card",
             ("host_arrays", operation, "raster"),
             lambda what, one: goals.at_least(what, one["share_of_limit"], 0.8))
    by_name = {one["name"]: one for one in report["records"]}
    for order in ("raster", "random"):
        each(f"adjoint, {order}: times faster than atomic additions", ("overlaps", "adjoint", order),
             lambda what, one: goals.at_least(
                 what, by_name[one["name"].replace("adjoint", "atomic_adjoint", 1)]["seconds"]
                 / one["seconds"], 4))
    each("an image that is on the card", ("scenes", "align", "on_card"),
         lambda what, one: goals.at_most(what, 1e3 * one["seconds"] / one["patches_shape"][0], 0.3,
                                         " ms"))
    each("a scene from the host: share of the limit", ("scenes", "align", "on_host"),
         lambda what, one: goals.at_least(what, one["share_of_limit"], 0.9))


def middle_of(reports):
    """The first report of ptychopatch-bench, with medians of what all say of a case."""
    for record in reports[0]["records"]:
        for key in ("share_of_limit", "seconds"):
            values = [one[key] for report in reports for one in report["records"]
                      if one["name"] == record["name"] and key in one]
            if values:
                record[key] = statistics.median(values)
    return reports[0]


def middle_of_peers(reports):
    for number, peer in enumerate(reports[0]["peers"]):
        for direction in ("forward", "backward"):
            if direction in peer:
                every = [report["peers"][number][direction] for report in reports]
                peer[direction]["ratio"] = statistics.median(one["ratio"] for one in every)
                peer[direction]["agrees"] = all(one["agrees"] for one in every)
    return reports[0]


def measure(arguments):
    """The report of the suite, and that of the peers or None."""
    threads = ["--threads", str(arguments.threads)]
    suite = [arguments.bench, *threads, "--filter"]
    compare = [arguments.python, os.path.join(ROOT, "benchmarks", "peers", "compare.py"),
               "--library", arguments.library, *threads]
    reports = [read_json(arguments.report)] if arguments.report else []
    peers = [read_json(arguments.peers_report)] if arguments.peers_report else []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            if not arguments.report:
                reports.append(run_for_json([*suite, RATIOS if number else CASES], folder,
                                            "report.json", (0, 1)))
            if not arguments.peers_report and not arguments.no_peers:
                peers.append(run_for_json(compare, folder, "peers.json", (0, 1)))
    return middle_of(reports), middle_of_peers(peers) if peers else None


def main():
    arguments = parse_arguments()
    goals = Goals()
    if arguments.card:
        judge_card(goals, read_json(arguments.card))
        return 1 if goals.missed else 0
    report, peers = measure(arguments)
    judge_bandwidth(goals, report)
    judge_growth(goals, report)
    judge_memory(goals, report)
    judge_measures(goals, report)
    for skipped in report["skipped"]:
        goals.line(skipped["name"], skipped["reason"], "measured", False)
    if peers:
        judge_peers(goals, peers)
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
