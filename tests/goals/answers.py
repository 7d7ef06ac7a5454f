#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether registration's answers are ones: pairs without common content, scenes that repeat or have
edges in one direction alone, true pairs under noise, and what cameras and programs do to pictures.

Needs the Python package and scikit-image, whose photographs it cuts pairs from. Prints one line a
figure: name, value, limit, ok or MISS; ends with 1 if anything is missed.
"""
import argparse
import math
import sys

import numpy as np
import ptychopatch

from pairs import XTRANS, Source, read_photographs
from real_scan import Report

MOSAICS = {"mono": "", "Bayer": "RGGB", "X-Trans": XTRANS}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=int(np.random.SeedSequence().entropy % 2**32))
    parser.add_argument("--share", type=float, default=1.0, help="of the pairs of each kind")
    return parser.parse_args()


class Trials:
    """Draws pairs of one kind and keeps what became of them."""

    def __init__(self, source, share):
        self.source, self.share = source, share

    def run(self, count, draw):
        """How many there were, were ok and were ambiguous; errors over sigma of those that were ok."""
        ok, ambiguous, ratios = 0, 0, []
        count = max(1, round(count * self.share))
        for _ in range(count):
            pair = draw()
            found = ptychopatch.align(pair.reference.astype(np.float32),
                                      pair.moving.astype(np.float32), cfa=pair.cfa or None)
            ok += found.ok
            ambiguous += found.status == "ambiguous"
            if found.ok and pair.truth is not None:
                ratios.append([abs(found.shift[k] - pair.truth[k])
                               / math.sqrt(found.covariance[k][k]) for k in (0, 1)])
        return count, ok, ambiguous, np.array(ratios).reshape(-1, 2)


def unrelated(trials, report):
    total = ok = 0
    for name, cfa in MOSAICS.items():
        for kind in ("noise", "fields", "photographs", "negative"):
            most = 512 if kind in ("noise", "fields") else 400
            count, good, _, _ = trials.run(
                84, lambda: trials.source.unrelated(kind, trials.source.size(24, most), cfa))
            print(f"without common content, {kind}, {name}: {good} of {count} ok")
            total, ok = total + count, ok + good
    report.line(f"ok of {total} pairs without common content", ok, max(1, total // 1000),
                ok <= max(1, total // 1000))


def treacherous(trials, report):
    source = trials.source
    kinds = {"periodic": (300, lambda: source.periodic(source.size(64, 320))),
             "photographs behind a fence": (100, lambda: source.fence(source.size(64, 300))),
             "smooth": (100, lambda: source.smooth(source.size(48, 512))),
             "one-dimensional": (100, lambda: source.one_dimensional(source.size(48, 512)))}
    for name, (wanted, draw) in kinds.items():
        count, ok, _, ratios = trials.run(wanted, draw)
        wrong = int((ratios.max(1, initial=0.0) > 5.0).sum())
        report.line(f"{name}: ok and more than 5 sigma off, of {count} ({ok} ok)", wrong, 0,
                    wrong == 0)


def true_pairs(trials, report):
    limits = {(0.001, 0.01): 0.97, (0.01, 0.04): 0.90, (0.04, 0.08): 0.80, (0.08, 0.15): 0.0}
    called, total = 0, 0
    for name, cfa in MOSAICS.items():
        for (low, high), least in limits.items():
            def draw():
                bound = math.exp(trials.source.random.uniform(math.log(low), math.log(high)))
                return trials.source.photograph_pair(trials.source.size(96, 400), cfa, bound=bound)
            count, ok, ambiguous, ratios = trials.run(150, draw)
            called, total = called + ambiguous, total + count
            report.line(f"photographs, {name}, bound {low} to {high} px: share that is ok",
                        f"{ok / count:.3f}", least, ok / count >= least)
            calibration(report, f"photographs, {name}, bound {low} to {high} px", ratios)
    report.line("photographs called ambiguous, share", f"{called / total:.3f}", 0.01,
                called / total <= 0.01)


def calibration(report, name, ratios):
    rms, most = math.sqrt((ratios ** 2).mean()), ratios.max()
    report.line(f"|error| / sigma, rms, {name}", f"{rms:.2f}", "0.7..1.4", 0.7 <= rms <= 1.4)
    report.line(f"|error| / sigma, largest, {name}", f"{most:.1f}", 6, most <= 6)


def spoiled(trials, report):
    source = trials.source
    kinds = {"small": lambda: source.photograph_pair(
        trials.source.size(24, 64), bound=float(source.random.choice((0.005, 0.02, 0.04)))),
             "thin": lambda: source.photograph_pair((16, 240), grain=1, largest=0.1,
                                                    bound=source.random.choice((0.01, 0.03)))}
    for kind in ("clipped", "jpeg", "4 bit", "dust", "row noise", "moving"):
        kinds[kind] = lambda kind=kind: source.spoiled(kind, trials.source.size(96, 300))
    for name, draw in kinds.items():
        count, ok, _, ratios = trials.run(150, draw)
        print(f"{name}: {ok} of {count} ok")
        calibration(report, name, ratios)
    _, _, _, ratios = trials.run(
        200, lambda: source.photograph_pair(source.size(48, 300), grain=1))
    # Equal pixels: the error is rounding, and sigma no less than what that may be.
    report.line("|error| / sigma, largest, whole crops", f"{ratios.max():.1f}", 6,
                ratios.max() <= 6)


def main():
    arguments = parse_arguments()
    print(f"--seed {arguments.seed}")
    source = Source(np.random.default_rng(arguments.seed), read_photographs())
    trials, report = Trials(source, arguments.share), Report()
    for family in (unrelated, treacherous, true_pairs, spoiled):
        family(trials, report)
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
