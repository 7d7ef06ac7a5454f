#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the tables and pictures of docs/performance.md from benchmarks/results.

    ptychopatch-bench --json benchmarks/results/cpu.json
    build/peers/bin/python benchmarks/peers/compare.py --json benchmarks/results/peers.json
    build/peers/bin/python benchmarks/peers/scenes.py --upsampled --json benchmarks/results/scenes.json
    build/peers/bin/python benchmarks/peers/accuracy.py --json benchmarks/results/accuracy.json
    build/peers/bin/python benchmarks/peers/passes.py --json benchmarks/results/passes.json
    benchmarks/peers/groups.py --sizes --json benchmarks/results/groups.json
    benchmarks/document.py

A table stands between two comments, <!-- NAME --> and <!-- end of NAME -->. With --check nothing is
written, and a table that differs from the results is an error.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "performance.md")
IMAGES = os.path.join(ROOT, "docs", "images")
RESULTS = os.path.join(ROOT, "benchmarks", "results")


def table(heads, rows, words=1):
    """The first `words` columns are set to the left."""
    marks = ["---"] * words + ["---:"] * (len(heads) - words)
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [heads, marks, *rows])


def grouped(number):
    return f"{number:,}".replace(",", "\u202f")


def shape(lengths):
    return " x ".join(map(grouped, lengths))


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds:.0f} s"
    return f"{seconds * 1e9:.3g} ns"


def percent(part):
    return f"{100 * part:.0f} %"


def spoken(name):
    return name.replace("_", " ")


def per_patch(record):
    return duration(record["seconds"] / record["patches_shape"][0])


def of_set(report, name):
    return [record for record in report["records"] if record["set"] == name]


def result(one):
    return [per_patch(one), f"{one['gigabytes_per_second']:.1f}",
            f"{percent(one['share_of_limit'])} of {one['limit']}"]


def machine(report, _):
    parts = report["machine"]
    caches = ", ".join(parts["caches"])
    return textwrap.fill(
        f"Measured on {report['date'][:10]} with libptychopatch {report['library_version']}, commit "
        f"{report['commit']}: {parts['cpu']}, {parts['cores']} cores, {caches} (as the system "
        f"counts them), SIMD target {parts['simd']}.", 140)


def limits(report, _):
    return table(["Limit", "MB moved", "Threads", "GB/s"],
                 [[one["limit"], f"{one['bytes'] / 1e6:.0f}", one["threads"],
                   f"{one['gigabytes_per_second']:.1f}"] for one in report["limits"]])


def main_cases(report, _):
    pairs = {}
    for one in of_set(report, "main"):
        key = one["patches_shape"][-1], one["operation"]
        pairs.setdefault(key, {})[one["order"]] = one
    rows = []
    for (size, operation), orders in pairs.items():
        row = [size, spoken(operation)]
        for order in ("raster", "random"):
            one = orders.get(order)
            row += [per_patch(one), percent(one["share_of_limit"])] if one else ["", ""]
        rows.append([*row, next(iter(orders.values()))["limit"]])
    return table(["N", "Operator", "Raster, a patch", "of the limit", "Random, a patch", "of the limit",
                  "Limit"], rows, 2)


def plain(name, heads, cells):
    """A table with a line for each case of a set, headed by what tells the cases apart."""
    return lambda report, _: table(
        ["Operator", *heads, "A patch", "GB/s", "Share of the limit"],
        [[spoken(one["operation"]), *cells(one), *result(one)] for one in of_set(report, name)],
        1 + len(heads))


def large(report, _):
    return table(["Operator", "Order", "Patches", "All", "Limit", "Times the limit"],
                 [[one["operation"], one["order"], shape(one["patches_shape"]),
                   duration(one["seconds"]), f"{duration(one['limit_seconds'])} ({one['limit']})",
                   f"{1 / one['share_of_limit']:.2f}"] for one in of_set(report, "large")], 3)


def growth(name, size_of):
    def render(report, _):
        records = of_set(report, name)
        operations = list(dict.fromkeys(one["operation"] for one in records))
        sizes = list(dict.fromkeys(size_of(one) for one in records))
        times = {(one["operation"], size_of(one)): duration(one["seconds"]) for one in records}
        return table([name.capitalize(), *map(spoken, operations)],
                     [[grouped(size), *(times.get((operation, size), "") for operation in operations)]
                      for size in sizes])
    return render


def memory(report, _):
    return table(["Operator", "Order", "Patches", "Inputs and outputs, MB", "Budget, MB",
                  "Plan, MB", "Growth of the peak, MB"],
                 [[spoken(one["operation"]), one["order"], shape(one["patches_shape"]),
                   f"{one['array_bytes'] / 1e6:.0f}",
                   f"{one['budget_bytes'] / 1e6:.2f}" if one["budget_bytes"] else "default",
                   f"{one['plan_bytes'] / 1e6:.2f}", f"{one['peak_bytes'] / 1e6:.2f}"]
                  for one in report["memory"]], 3)


def peers(_, report):
    rows = []
    for one in report["peers"]:
        name = f"{one['name']} ({one['version']})" if "version" in one else one["name"]
        if "missing" in one:
            rows.append([name, one["missing"], "", "", "", ""])
        for direction in ("forward", "backward"):
            if direction in one:
                part = one[direction]
                rows.append([name, direction, duration(part["seconds_per_patch"]),
                             duration(part["library_seconds_per_patch"]), f"{part['ratio']:.1f}",
                             f"{part['max_difference']:.0e}"])
    return table(["Program", "", "A patch", "libptychopatch", "Ratio", "Largest difference"], rows, 2)


def scene_sizes(report, _):
    return table(["Image", "Threads", "Pair", "Further image", "First call", "Scratch, bytes a pixel",
                  "Growth of the peak, MB"],
                 [[shape(one["shape"]), one["threads"], duration(one["pair_seconds"]),
                   duration(one["image_seconds"]), duration(one["first_seconds"]),
                   f"{one['scratch_bytes_per_pixel']:.2f}", f"{one['peak_growth_bytes'] / 1e6:.0f}"]
                  for one in report["scenes"]["sizes"]])


def scene_peers(report, _):
    return table(["Program", "A pair", "libptychopatch, pair", "Ratio", "libptychopatch, further image",
                  "Ratio", "Its error, px"],
                 [[f"{one['name']} ({one['version']})", duration(one["peer_seconds"]),
                   duration(one["pair_seconds"]), f"{one['pair_ratio']:.1f}",
                   duration(one["image_seconds"]), f"{one['image_ratio']:.1f}",
                   f"{one['shift_error']:.2f}"] for one in report["scenes"]["peers"]])


def groups(report, _):
    """A line for each set and size, ours beside its peers."""
    rows = {}
    for one in report["groups"]["records"]:
        rows.setdefault((one["set"], one["points"], one["queries"]), {})[one["name"]] = one
    names = list(dict.fromkeys(one["name"] for one in report["groups"]["records"]))
    lines = []
    for (kind, points, queries), found in rows.items():
        ours = found[names[0]]
        lines.append([kind, grouped(points), grouped(queries), duration(ours["build_seconds"]),
                      duration(ours["search_seconds"]),
                      *(f"{found[name]['ratio']:.1f}" if name in found else "" for name in names[1:])])
    return table(["Points", "Number", "Searched", "Sorting", "Search",
                  *(f"{name}, times as long" for name in names[1:])], lines)


def passes(report, _):
    parts = report["passes"]
    return table(["Pass", "Time", "Share", "Its bytes, MB", "At the speed of a copy"],
                 [[one["pass"], duration(one["seconds"]), percent(one["share"]),
                   f"{one['bytes'] / 1e6:.0f}", duration(one["copy_seconds"])]
                  for one in parts["passes"] if one["seconds"] > 0])


def accuracy(report, _):
    rows = [[one["setting"], record["program"], f"{record['rmse']:.5f}",
             f"{record['ratio_to_bound']:.2f}" if "ratio_to_bound" in record else "",
             f"{record['error_by_sigma']:.2f}" if "error_by_sigma" in record else ""]
            for one in report["accuracy"]["settings"] for record in one["programs"]]
    return table(["Images", "Program", "RMSE, px", "Times the bound", "Error by sigma, rms"], rows, 2)


def draw_accuracy(report, path):
    """RMSE of every program on a logarithmic axis, a line of dots a setting."""
    import matplotlib  # Debian's python3-matplotlib; --check does without

    matplotlib.use("svg")
    # Letters stay text, and names in the file are the same each time.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "accuracy", "font.size": 9})
    from matplotlib import pyplot

    settings = report["accuracy"]["settings"]
    names = list(dict.fromkeys(record["program"] for one in settings for record in one["programs"]))
    figure, axes = pyplot.subplots(figsize=(7.6, 0.4 * len(settings) + 1.3), layout="constrained")
    for name in names:
        dots = [(record["rmse"], one["setting"]) for one in settings for record in one["programs"]
                if record["program"] == name]
        axes.plot(*zip(*dots), "o", markersize=7, alpha=0.8, label=name)
    axes.set(xscale="log", xlabel="RMS error of a shift along an axis, px")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.invert_yaxis()
    axes.grid(axis="x", color="#dddddd")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=3, frameon=False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})


TABLES = {
    "scene_sizes": scene_sizes, "scene_peers": scene_peers, "accuracy": accuracy,
    "passes": passes, "groups": groups,
    "machine": machine, "limits": limits, "main": main_cases, "large": large, "memory": memory,
    "peers": peers,
    "types": plain("types", ["Type", "Order"], lambda one: [one["dtype"], one["order"]]),
    "interpolations": plain("interpolations", ["Interpolation"],
                            lambda one: [one["interpolation"]]),
    "probes": plain("probes", ["Patches"], lambda one: [shape(one["patches_shape"])]),
    "edges": plain("edges", ["Boundary"], lambda one: [one["boundary"]]),
    "alignment": plain("alignment", [], lambda one: []),
    "threads": plain("threads", ["Threads"], lambda one: [one["threads"]]),
    "patches": growth("patches", lambda one: one["patches_shape"][0]),
    "pixels": growth("pixels", lambda one: one["patches_shape"][-1] ** 2),
}

# Where a table comes from, if not from cpu.json.
SOURCES = {"scene_sizes": "scenes", "scene_peers": "scenes", "accuracy": "accuracy",
           "passes": "passes", "peers": "peers", "groups": "groups"}


def read(name):
    path = os.path.join(RESULTS, name)
    if not os.path.exists(path):
        print(f"document.py: there is no {os.path.relpath(path, ROOT)}, so its tables stay as they "
              "are; see --help", file=sys.stderr)
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("--bench", metavar="PROGRAM", help="ptychopatch-bench, which draws",
                        default=os.path.join(ROOT, "build/release/benchmarks/ptychopatch-bench"))
    arguments = parser.parse_args()
    cpu, others = read("cpu.json"), read("peers.json")
    report = dict(cpu or {})
    sources = {"scenes": read("scenes.json"), "accuracy": read("accuracy.json"),
               "passes": read("passes.json"), "groups": read("groups.json")}
    report.update(sources)
    sources.update(cpu=cpu, peers=others)
    if report.get("quick"):
        sys.exit("document.py: benchmarks/results/cpu.json is of a quick run, which measures nothing")
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()

    def fill(found):
        if sources[SOURCES.get(found[2], "cpu")] is None:
            return found[0]
        return f"{found[1]}\n{TABLES[found[2]](report, others)}\n{found[3]}"

    pattern = r"(<!-- (\w+) -->)\n(?:.*?\n)??(<!-- end of \2 -->)"
    unknown = {found[1] for found in re.findall(pattern, text, re.DOTALL)} ^ set(TABLES)
    if unknown:
        sys.exit(f"document.py: tables in the page or in this script alone: {sorted(unknown)}")
    filled = re.sub(pattern, fill, text, flags=re.DOTALL)
    if arguments.check:
        if filled != text:
            sys.exit("document.py: docs/performance.md differs from benchmarks/results; run "
                     "benchmarks/document.py")
        return
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(filled)
    if sources["accuracy"]:
        draw_accuracy(report, os.path.join(IMAGES, "accuracy.svg"))
    if cpu is None:
        return
    subprocess.run([arguments.bench, "--render", os.path.join(RESULTS, "cpu.json"),
                    "--pictures", IMAGES], check=True)


if __name__ == "__main__":
    main()
