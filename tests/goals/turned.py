#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the search for rotations and scales answers what is so: pairs without common content,
pairs that are turned by any angle and scaled, scenes that look the same turned, little to see.

Needs the Python package, SciPy and scikit-image. Prints one line a figure: name, value, limit, ok
or MISS; ends with 1 if anything is missed.
"""
import argparse
import math
import sys

import numpy as np
import ptychopatch

from pairs import XTRANS, Pair, read_photographs
from real_scan import Report
from turned_pairs import Turn, TurnedSource

MOSAICS = {"mono": "", "Bayer": "RGGB", "X-Trans": XTRANS}
FAMILIES = ("unrelated", "true", "symmetric", "little", "still", "odd")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=int(np.random.SeedSequence().entropy % 2**32))
    parser.add_argument("--share", type=float, default=1.0, help="of the pairs of each kind")
    parser.add_argument("--only", nargs="*", default=FAMILIES, choices=FAMILIES)
    parser.add_argument("--verbose", action="store_true", help="tell wrong answers")
    return parser.parse_args()


def measure(pair, search="rotation"):
    scene = ptychopatch.Scene(pair.reference.astype(np.float32), cfa=pair.cfa or None,
                              motion="similarity", motion_search=search)
    return scene.measure_motion(pair.moving.astype(np.float32))


def errors_over_sigma(motion, turn):
    """Of rotation, scale and both shifts; what content does is 2 less the matrix, and -shift."""
    covariance = np.array(motion.covariance)
    linear = 2.0 * np.eye(2) - np.array(motion.matrix)
    a, b = linear[0, 0], linear[1, 0]
    size = a * a + b * b
    # d angle = (a db - b da) / size, d log scale = (a da + b db) / size; da = yy, db = xy
    along = {"rotation": (-b, a), "scale": (a, b)}
    of_linear = covariance[np.ix_((2, 4), (2, 4))]
    sigma = {name: math.sqrt(np.dot(v, of_linear @ v)) / size for name, v in along.items()}
    turned = math.radians(math.remainder(motion.rotation - turn.degrees, 360.0))
    out = [turned / sigma["rotation"], math.log(motion.scale / turn.scale) / sigma["scale"]]
    out += [(motion.shift[k] + turn.shift[k]) / math.sqrt(covariance[k, k]) for k in (0, 1)]
    return np.abs(out)


class Trials:
    def __init__(self, source, arguments):
        self.source, self.share, self.verbose = source, arguments.share, arguments.verbose

    def run(self, count, draw):
        """How many, how many are ok, statuses, and errors over sigma of those that are."""
        count = max(1, round(count * self.share))
        ok, statuses, ratios = 0, {}, []
        for _ in range(count):
            pair = draw()
            motion = measure(pair)
            status = motion.image_shift.status
            statuses[status] = statuses.get(status, 0) + 1
            if motion.ok != motion.image_shift.ok:
                raise AssertionError(f"{motion.status} and {status}")
            if not motion.ok:
                continue
            ok += 1
            if pair.truth is not None:
                ratios.append(errors_over_sigma(motion, pair.truth))
            wrong = pair.truth is None or ratios[-1].max() > 5.0
            if self.verbose and wrong:
                shift = motion.image_shift
                print("  wrong:", pair.reference.shape, pair.cfa[:4], pair.truth,
                      ratios[-1] if pair.truth else "", motion.rotation, motion.scale,
                      motion.shift, f"tiles {motion.tiles_used} - {motion.tiles_rejected}",
                      motion.chi_square, shift.false_alarm, shift.ambiguity, shift.peak)
        return count, ok, statuses, np.array(ratios).reshape(-1, 4)


def unrelated(trials, report):
    total = ok = 0
    for name, cfa in MOSAICS.items():
        for kind in ("noise", "fields", "photographs", "negative"):
            most = 512 if kind in ("noise", "fields") else 400
            count, good, statuses, _ = trials.run(
                84, lambda: trials.source.unrelated(kind, trials.source.size(64, most), cfa))
            print(f"without common content, {kind}, {name}: {good} of {count} ok, {statuses}",
                  flush=True)
            total, ok = total + count, ok + good
    report.line(f"searched: ok of {total} pairs without common content", ok,
                max(1, total // 1000), ok <= max(1, total // 1000))


def true_pairs(trials, report):
    source = trials.source
    for name, cfa in MOSAICS.items():
        least = 300 if cfa else 200
        for scales in (False, True):
            count, ok, statuses, ratios = trials.run(
                60, lambda: source.turned(source.size(least, 512, 0.8), cfa, scales))
            kind = f"turned{' and scaled' if scales else ''}, {name}"
            print(f"{kind}: {statuses}", flush=True)
            wanted = 0.6 if scales else 0.8
            report.line(f"{kind}: share that is ok", f"{ok / count:.3f}", wanted,
                        ok >= wanted * count)
            calibration(report, kind, ratios)


def calibration(report, name, ratios):
    if not len(ratios):
        return
    for what, columns in (("rotation", [0]), ("scale", [1]), ("shift", [2, 3])):
        rms = math.sqrt((ratios[:, columns] ** 2).mean())
        report.line(f"|error| / sigma, rms, {what}, {name}", f"{rms:.2f}", "0.7..1.4",
                    0.7 <= rms <= 1.4)
    report.line(f"|error| / sigma, largest, {name}", f"{ratios.max():.1f}", 6, ratios.max() <= 6)


def no_wrong(trials, report, name, count, draw):
    count, ok, statuses, ratios = trials.run(count, draw)
    wrong = int((ratios.max(1, initial=0.0) > 5.0).sum())
    print(f"{name}: {statuses}")
    report.line(f"{name}: ok and more than 5 sigma off, of {count}", wrong, 0, wrong == 0)


def symmetric(trials, report):
    for folds, name in ((0, "round"), (2, "2-fold"), (4, "4-fold")):
        no_wrong(trials, report, f"{name} scenes, searched", 40,
                 lambda: trials.source.symmetric(trials.source.size(150, 400), folds))


def as_still(pair):
    """A truth of the shift alone, as a turn by nothing."""
    pair.truth = Turn(shift=tuple(-d for d in pair.truth))
    return pair


def little(trials, report):
    source = trials.source
    kinds = {"periodic": lambda: source.periodic(source.size(96, 320)),
             "smooth": lambda: source.smooth(source.size(96, 400)),
             "one-dimensional": lambda: source.one_dimensional(source.size(96, 400))}
    for name, draw in kinds.items():
        no_wrong(trials, report, f"{name}, searched", 40, lambda: as_still(draw()))


def still(trials, report):
    """Pairs that are not turned: as good as without the search."""
    random = trials.source.random
    errors, ok = {"none": [], "rotation": []}, {"none": 0, "rotation": 0}
    count = max(1, round(60 * trials.share))
    for _ in range(count):
        pair = trials.source.photograph_pair(trials.source.size(200, 400), random.choice(("", "RGGB")),
                                             bound=random.choice((0.005, 0.02)))
        found = {search: measure(pair, search) for search in errors}
        for search, motion in found.items():
            ok[search] += motion.ok
        if all(motion.ok for motion in found.values()):
            for search, motion in found.items():
                errors[search] += [motion.shift[k] - pair.truth[k] for k in (0, 1)]
    rms = {search: math.sqrt(np.mean(np.square(each))) for search, each in errors.items()}
    report.line(f"not turned, of {count}: ok with the search, and without", ok["rotation"],
                ok["none"], ok["rotation"] >= 0.97 * ok["none"])
    report.line("not turned: error with the search, and without, px", f"{rms['rotation']:.4f}",
                f"{rms['none']:.4f}", rms["rotation"] <= 1.02 * rms["none"])


def odd(trials, report):
    """Shapes that hold too little say so."""
    random = trials.source.random
    bad = 0
    shapes = [(1, 1), (1, 400), (400, 1), (2, 2), (3, 500), (16, 16), (17, 640), (31, 31), (63, 200)]
    for shape in shapes:
        for value in (random.standard_normal(shape), np.ones(shape), np.full(shape, np.nan)):
            for cfa in MOSAICS.values():
                motion = measure_odd(value, cfa)
                bad += motion is not None and motion.ok and not np.isfinite(motion.rotation)
                if motion is not None and motion.ok and min(shape) < 63:
                    bad += 1
                    print("  odd:", shape, cfa[:4], motion.status, motion.rotation)
    report.line("odd shapes: answers that are none", bad, 0, bad == 0)


def measure_odd(image, cfa):
    try:
        return measure(Pair(image, image, cfa=cfa))
    except (ValueError, ptychopatch.Error) as error:
        if not str(error):
            raise
        return None


def main():
    arguments = parse_arguments()
    print(f"--seed {arguments.seed}")
    source = TurnedSource(np.random.default_rng(arguments.seed), read_photographs())
    trials, report = Trials(source, arguments), Report()
    families = dict(zip(FAMILIES, (unrelated, true_pairs, symmetric, little, still, odd)))
    for name in arguments.only:
        families[name](trials, report)
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
