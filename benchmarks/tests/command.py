#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`ptychopatch bench` finds the suite, runs it and leaves a page.

usage: command.py PTYCHOPATCH
"""
import json
import os
import shutil
import sys
import tempfile

from expect import drawings_of, require, run


def main():
    command = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        page, report = (os.path.join(folder, name) for name in ("page.html", "report.json"))
        some = ["--quick", "--filter", "^main/extract|^patches/"]
        listed = run(0, command, "bench", *some, "--dry-run", "-o", page)
        require(os.listdir(folder) == [], "nothing written by --dry-run")
        shown = run(0, command, "bench", *some, "-o", page, "--json", report)
        with open(report, encoding="utf-8") as file:
            names = [record["name"] for record in json.load(file)["records"]]
        require(sorted(names) == sorted(listed.stdout.split()), "the cases that --dry-run named")
        require(all(name in shown.stdout for name in names), "a line a case")
        with open(page, encoding="utf-8") as file:
            require(len(drawings_of(file.read())) == 3, "three charts: main of two sizes, patches")

        refused = run(2, command, "bench", *some, "-o", page)
        require("page.html" in refused.stderr, "the file named that is there already")
        quiet = run(0, command, "bench", *some, "-q", "-o", page, "--overwrite")
        require(quiet.stdout == "", "nothing printed with -q")
        run(2, command, "bench", "-o", os.path.join(folder, "none", "page.html"))

        # Installed without the suite.
        alone = shutil.copy(command, folder)
        missing = run(3, alone, "bench", "-o", os.path.join(folder, "other.html"))
        require("ptychopatch-bench" in missing.stderr, f"the suite named, got {missing.stderr}")


if __name__ == "__main__":
    main()
