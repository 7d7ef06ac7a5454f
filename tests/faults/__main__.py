# SPDX-License-Identifier: Apache-2.0
"""Does to the command and the library what should not be done, and prints a line for each part: what,
how many faults, the limit, ok or MISS.

usage: python3 tests/faults --command PATH --programs BUILD --work FOLDER [--minutes M] [--seed N]
                            [--cases N] [--part P ...] [--data FOLDER] [--scale S]
"""
import argparse
import pathlib
import random
import shutil
import sys

import campaign
import disks
import files
import kills
import limits
import misuse
import names

# What each part is given of the time.
PARTS = {"files": (files, 0.5), "kills": (kills, 0.2), "disks": (disks, 0.08), "limits": (limits, 0.06),
         "names": (names, 0.06), "misuse": (misuse, 0.1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True, type=pathlib.Path)
    parser.add_argument("--programs", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--cases", type=int, default=None)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--scale", type=int, default=1)
    options = parser.parse_args()
    parts = options.part or list(PARTS)
    share = sum(PARTS[part][1] for part in parts)
    seed = random.SystemRandom().getrandbits(30) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    work = options.work.resolve()
    shutil.rmtree(work / "now", ignore_errors=True)
    (work / "now").mkdir(parents=True)
    of = campaign.Campaign(options.command.resolve(), seed, work / "now", work / "found",
                           options.programs.resolve(),
                           options.data if options.data and options.data.is_dir() else None,
                           scale=options.scale)
    for part in parts:
        module, of_the_time = PARTS[part]
        module.run(of, 60 * options.minutes * of_the_time / share, options.cases)
    shutil.rmtree(work / "now", ignore_errors=True)
    print(f"executions: {of.executions}", flush=True)
    sys.exit(1 if of.missed else 0)


if __name__ == "__main__":
    main()
