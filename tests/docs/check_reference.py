# SPDX-License-Identifier: Apache-2.0
"""Whether the reference shows every group of the public headers, and every module of the package.

usage: check_reference.py SOURCE_DIR
"""
import pathlib
import re
import subprocess
import sys


def main(root):
    root = pathlib.Path(root)
    shown = "".join(page.read_text() for page in sorted((root / "docs/reference").glob("*.rst")))
    groups = set(re.findall(r"doxygengroup:: (\w+)", shown))
    modules = set(re.findall(r"automodule:: ([\w.]+)", shown))
    problems = []
    for header in sorted((root / "include/ptychopatch").glob("*.h")):
        made = subprocess.run([sys.executable, root / "docs/site/comments.py", header], check=True,
                              capture_output=True, text=True).stdout
        problems += [f"{header.name}: the group {group} is on no page of docs/reference"
                     for group in re.findall(r"@defgroup (\w+)", made) if group not in groups]
    package = root / "bindings/python/ptychopatch"
    for file in sorted(package.rglob("*.py")):
        name = ".".join(("ptychopatch", *file.relative_to(package).with_suffix("").parts))
        public = not any(part.startswith("_") for part in name.split("."))
        if public and name not in modules:
            problems.append(f"{name} is on no page of docs/reference")
    sys.exit("\n".join(problems) or 0)


main(*sys.argv[1:])
