# SPDX-License-Identifier: Apache-2.0
"""Counts what the kernels of the patch operators do, on the PTX of the CUDA backend, and holds it
against limits: a model, no measurement.

usage: device_work.py [--document] PTX_TOOLS PTX_FOLDER BUILD

--document also writes the table of docs/performance.md.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Operator, its kernel, the most PTX instructions a pixel of a patch, the most that the model's time
# may be of the time that memory alone takes.
OPERATORS = (
    ("extract", "ExtractBlock", 15, 1.1),
    ("waves", "ExtractBlock", 24, 1.25),
    ("adjoint", "AdjointBlock", 24, 1.25),
    ("image-of-waves", "AdjointBlock", 36, 1.25),
    ("probe-of-waves", "ProbeAdjointBlock", 36, 1.25),
    ("gradient", "GradientBlock", 48, 1.25),
)
# N, patches, layout.
CASES = ((128, 128, "flat"), (64, 512, "flat"))
LAYOUTS = ((65, 128, "flat"), (64, 128, "channel-last"))
MAX_SECTORS = 1.2


# What device_work is asked, its kernel, what that is, what is counted by, how many of these, the most
# PTX instructions for each.
OTHERS = (
    (("neighbours", "7", "20000"), "EachSearch<NeighboursRow", "7 neighbours of each of 20,000 points", "a query",
     20000, 2500),
    (("scene", "1024"), "SceneDecimate", "band-limited image of 1024 x 1024 Bayer pixels", "a pixel",
     2 * 1024 * 1024, 80),
)


def counted(arguments, kernel, *call):
    """The counters of one call's kernel, its launches together, with the model's seconds."""
    with tempfile.TemporaryDirectory() as folder:
        counts = pathlib.Path(folder) / "counts"
        environment = dict(
            os.environ, PTX_COUNT=str(counts), PTYCHOPATCH_TEST_DEVICE_MEMORY=str(
                arguments.build / "tests/cuda/libtest_device_memory.so"))
        subprocess.run([arguments.tools / "ptx-run", arguments.folder,
                        arguments.build / "tests/cuda/device_work", *call], env=environment,
                       check=True)
        report = subprocess.run([arguments.tools / "ptx-report", "--json", counts], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
    found = [k for k in json.loads(report) if k["short"].startswith(kernel)]
    if len(found) != 1:
        sys.exit(f"device_work.py: {len(found)} kernels begin with {kernel}, expected one")
    return found[0]


def row(what, instructions, seconds):
    """A row of the document's table; instructions are a pixel or a query."""
    bound = max(seconds, key=seconds.get)
    return (f"| {what} | {instructions:.3g} | {bound} | "
            f"{100 * seconds['DRAM'] / seconds[bound]:.0f} % |")


def document(rows):
    begin = "<!-- the model's table, by scripts/lib/device_work.py -->\n"
    end = "<!-- the model's table ends -->"
    page = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    table = ("| Model: operator | PTX a pixel (a query) | bound by | share of the DRAM's bandwidth |\n"
             "| --- | ---: | --- | ---: |\n" + "\n".join(rows) + "\n")
    page.write_text(before + begin + table + end + rest.split(end)[1], encoding="utf-8")


def line(name, value, limit):
    good = value <= limit
    print(f"{name:<64}{value:8.3g}  <= {limit:g}  {'ok' if good else 'MISS'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("tools", "folder", "build"):
        parser.add_argument(name, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--document", action="store_true")
    arguments = parser.parse_args()
    good = True
    rows = []
    for operator, kernel, most, over in OPERATORS:
        for n, patches, layout in CASES + LAYOUTS:
            counts = counted(arguments, kernel, operator, str(n), str(patches), layout)
            what = f"{operator}, {patches} x {n} x {n} c64, {layout}"
            if (n, patches, layout) in CASES:
                instructions = sum(counts["thread"].values()) / (patches * n * n)
                good &= line(f"PTX a pixel: {what}", instructions, most)
                seconds = counts["seconds"]
                good &= line(f"model's time over memory's: {what}",
                             max(seconds.values()) / seconds["DRAM"], over)
                rows.append(row(what, instructions, seconds))
            for access in ("load", "store"):
                sectors = counts[f"global_{access}"]
                if sectors["min_sectors"]:
                    good &= line(f"sectors over the least, {access}: {what}",
                                 sectors["sectors"] / sectors["min_sectors"], MAX_SECTORS)
    for call, kernel, title, what, count, most in OTHERS:
        counts = counted(arguments, kernel, *call)
        instructions = sum(counts["thread"].values()) / count
        good &= line(f"PTX {what}: {title}", instructions, most)
        rows.append(row(title, instructions, counts["seconds"]))
    if arguments.document:
        document(rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
