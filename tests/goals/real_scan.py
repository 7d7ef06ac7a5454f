#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts and reassembles a real scan with the command, against an oracle of its own in NumPy.

Prints one line a figure: name, value, limit, ok or MISS; ends with 1 if anything is missed.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

N = 64


def bilinear_patches(image, xs, ys):
    """Patches with anchor half and zero boundary, straight from the definition, in long double: an
    error of 0 would otherwise only say that both sides round alike."""
    h, w = image.shape
    margin = N + 2
    padded = np.zeros((h + 2 * margin, w + 2 * margin), np.clongdouble)
    padded[margin:-margin, margin:-margin] = image
    out = np.empty((len(xs), N, N), np.clongdouble)
    for k, (x, y) in enumerate(zip(xs.astype(np.longdouble), ys.astype(np.longdouble))):
        top, left = y - N // 2, x - N // 2
        i, j = int(np.floor(top)), int(np.floor(left))
        fy, fx = top - i, left - j
        assert -N - 1 <= i <= h and -N - 1 <= j <= w, "a position off the object"
        block = padded[i + margin:i + margin + N + 1, j + margin:j + margin + N + 1]
        out[k] = ((1 - fy) * ((1 - fx) * block[:-1, :-1] + fx * block[:-1, 1:])
                  + fy * ((1 - fx) * block[1:, :-1] + fx * block[1:, 1:]))
    return out


def count_reached(shape, xs, ys):
    """How many patches of whole positions reach each pixel."""
    out = np.zeros(shape)
    for x, y in zip(xs.astype(int), ys.astype(int)):
        top, left = y - N // 2, x - N // 2
        out[max(top, 0):max(top + N, 0), max(left, 0):max(left + N, 0)] += 1
    return out


class Report:
    met = True

    def line(self, name, value, limit, ok):
        print(f"{name:<56}  {value}  {limit}  {'ok' if ok else 'MISS'}", flush=True)
        self.met = self.met and bool(ok)

    def at_most(self, name, value, limit):
        self.line(name, f"{value:.3g}", f"{limit:.3g}", value <= limit)


def run(*arguments):
    subprocess.run([*map(str, arguments), "-q"], check=True, stdout=subprocess.DEVNULL)


def largest_relative(got, want):
    return np.abs(got - want).max() / np.abs(want).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True, help="the ptychopatch command")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of real scans")
    options = parser.parse_args()
    source = options.data / "ptycho" / "Run1084_recon3_postPC.npz"
    if not source.exists():
        print(f"real scan: skipped, there is no {source}")
        return 0
    with np.load(source) as scan:
        image, xs, ys = scan["objectGuess"], scan["xcoords"], scan["ycoords"]
    want = bilinear_patches(image, xs, ys)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for dtype, limit in (("c128", 1e-12), ("c64", 1e-6)):
            out = folder / f"{dtype}.npz"
            run(options.command, "extract", source, "-N", N, "--dtype", dtype, "-o", out)
            got = np.load(out)["patches"]
            report.line(f"real scan {dtype}: shape of patches", got.shape, want.shape,
                        got.shape == want.shape)
            report.at_most(f"real scan {dtype}: error of the largest value",
                           largest_relative(got, want), limit)
        plain = folder / "plain.npz"
        run(options.command, "extract", source, "-N", N, "-o", plain)
        report.at_most("real scan, default dtype: error of the largest value",
                       largest_relative(np.load(plain)["patches"], want), 1e-12)

        whole = folder / "whole.npz"
        patches, assembled = folder / "whole_patches.npz", folder / "assembled.npz"
        np.savez(whole, objectGuess=image, xcoords=np.round(xs), ycoords=np.round(ys))
        run(options.command, "extract", whole, "-N", N, "-o", patches)
        run(options.command, "assemble", patches, "--shape", *image.shape, "-o", assembled)
        with np.load(assembled) as result:
            back, coverage = result["image"], result["coverage"]
        reached = count_reached(image.shape, np.round(xs), np.round(ys))
        report.at_most("whole positions: coverage against a count",
                       np.abs(coverage - reached).max(), 1e-12)
        covered = coverage != 0
        report.line("whole positions: covered pixels", int(covered.sum()), int((reached > 0).sum()),
                    covered.sum() == (reached > 0).sum() > 0)
        report.at_most("whole positions: assemble gives the object back",
                       np.abs(back - image)[covered].max() / np.abs(image).max(), 1e-12)
        report.at_most("whole positions: largest value outside coverage",
                       np.abs(back[~covered]).max(initial=0.0), 0)
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
