# SPDX-License-Identifier: Apache-2.0
"""Writes requirements with the hashes that PyPI names: pip then takes those files and no others
(--require-hashes).

usage: python3 scripts/lib/requirements/pin.py [NAME ...]

The first line of NAME.txt after the licence's says what pip is asked for, `# pip: ARGUMENTS`; what
follows is written anew, for the machine and the Python that this runs on: Debian 12's. All of them
where none is named. Another version is asked for by a change of that line.
"""
import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def pin(path):
    lines = path.read_text().splitlines()
    asked = next(line for line in lines if line.startswith("# pip: "))
    head = lines[:lines.index(asked) + 1]
    report = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q", "--dry-run",
         "--ignore-installed", "--report", "-", *shlex.split(asked.removeprefix("# pip: "))],
        stdout=subprocess.PIPE, check=True).stdout
    pinned = []
    for each in json.loads(report)["install"]:
        info = each["download_info"]["archive_info"]
        kind, value = info["hash"].split("=", 1)
        name = each["metadata"]["name"].lower().replace("_", "-")
        pinned.append(f"{name}=={each['metadata']['version']} --hash={kind}:{value}")
    path.write_text("\n".join([*head, *sorted(pinned)]) + "\n")
    print(f"{path.name}: {len(pinned)} packages")


for each in sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.txt")):
    pin(HERE / f"{each}.txt")
