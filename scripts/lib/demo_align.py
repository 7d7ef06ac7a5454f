# SPDX-License-Identifier: Apache-2.0
"""Aligns a simulated scene with the command, and prints the shifts beside the true ones.

usage: demo_align.py --command PATH --root FOLDER --out FOLDER
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    records, picture = options.out / "alignments.json", options.out / "alignments.png"
    begin = time.perf_counter()
    done = subprocess.run([options.command, "align", "--layout", "rawnind", options.root, "-o",
                           records, "--plot", picture, "--overwrite", "--quiet"], check=False)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"ptychopatch align ended with status {done.returncode}")

    truth = {pathlib.Path(each["file"]).name: each
             for each in json.loads((options.root / "truth.json").read_text())}
    heads = ("image", "true dy", "dx", "found dy", "dx", "sigma dy", "dx", "keeps colours")
    rows = []
    for record in json.loads(records.read_text()):
        image, reference = (truth[pathlib.Path(record[key]).name]
                            for key in ("f_fpath", "gt_fpath"))
        wanted = [a - b for a, b in zip(image["shift"], reference["shift"])]
        numbers = [*wanted, *record["shift"], *record["shift_sigma"]]
        rows.append((f"ISO {image['iso']}", *(f"{number:.3f}" for number in numbers),
                     str(tuple(record["best_alignment"]))))
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    print()
    for row in (heads, *rows):
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)).rstrip())
    print("\nShifts are in pixels of the sensor, straight from the mosaic, and register an image onto the"
          f"\nreference. The command took {seconds:.2f} s, files and pictures included.\n")
    print(f"picture: {picture}")


main()
