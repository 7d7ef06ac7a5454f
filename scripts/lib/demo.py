# SPDX-License-Identifier: Apache-2.0
"""Extracts patches of a scan and puts them back with the command, and prints what came of it.

usage: demo.py --command PATH --scan FILE --out FOLDER [--size N] [--picture FILE]

--picture names one more picture, made before, to list with those made here.
"""
import argparse
import pathlib
import subprocess
import sys
import time

import numpy as np


def run(command, *arguments):
    """Seconds that the command took."""
    begin = time.perf_counter()
    done = subprocess.run([command, *map(str, arguments), "--overwrite", "--quiet"], check=False)
    if done.returncode != 0:
        sys.exit(f"ptychopatch {' '.join(map(str, arguments))} ended with status {done.returncode}")
    return time.perf_counter() - begin


def read_object(command, scan, shape, out):
    """The scan's object, whatever its format: one patch as large as all of it, extracted at its corner."""
    corner = out / "corner.npy"
    whole = out / "object.npz"
    np.save(corner, np.zeros((1, 2)))
    run(command, "extract", "--image", scan, "--positions", corner, "--patch-height", shape[-2],
        "--patch-width", shape[-1], "--anchor", "corner", "--axes", "yx", "--sign", "window",
        "-o", whole)
    with np.load(whole) as file:
        return file["patches"].reshape(shape)


def errors_where_covered(command, scan, assembled, out):
    """Largest and root mean square difference, relative to the object's largest value, where as many
    patches overlap as over half of the scan."""
    with np.load(assembled) as file:
        image, covered = file["image"], file["coverage"] > 0.5 * np.median(file["coverage"])
    wanted = read_object(command, scan, image.shape, out)
    difference = np.abs(image - wanted)[covered]
    scale = np.abs(wanted).max()
    return difference.max() / scale, np.sqrt(np.mean(difference**2)) / scale


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True)
    parser.add_argument("--scan", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--picture", action="append", default=[])
    options = parser.parse_args()
    size = options.size

    rows = []
    exact = ["--solve", "--iterations", 300]
    for interpolation, way, pictures in (("bicubic", exact, True), ("bicubic", [], False),
                                         ("nearest", [], False)):
        patches = options.out / f"patches-{interpolation}.npz"
        image = options.out / f"image-{interpolation}{'-exact' if way else ''}.npz"
        montage = ["--montage", options.out / "patches.png"] if pictures else []
        preview = ["--preview", options.out / "image.png"] if pictures else []
        extract = run(options.command, "extract", options.scan, "-N", size, "--interp", interpolation,
                  "-o", patches, *montage)
        put = run(options.command, "assemble", patches, "-o", image, *way, *preview)
        with np.load(patches) as file:
            count = file["patches"].size // size**2
        largest, rms = errors_where_covered(options.command, options.scan, image, options.out)
        rows.append((interpolation, "least squares" if way else "mean", str(count), f"{size} x {size}",
                     f"{extract:.2f} s", f"{put:.2f} s", f"{largest:.1e}", f"{rms:.1e}"))

    heads = ("interpolation", "put back by", "patches", "size", "extract", "put back", "largest error", "rms error")
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    print()
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print("\nErrors are relative to the object's largest value, where at least half as many patches overlap as"
          "\nover half of the scan. Least squares (assemble --solve) finds the object whose patches these are."
          "\nThe mean of overlapping patches smooths the finest details of what was interpolated; patches of"
          "\nwhole pixels (nearest) give the object back either way. At the rim, where a single patch reaches,"
          "\nno way can: there are more pixels than numbers."
          "\nTimes are the whole command's, files and pictures included.\n")
    for picture in (*options.picture, options.out / "patches.png", options.out / "image.png"):
        print(f"picture: {picture}")


main()
