# SPDX-License-Identifier: Apache-2.0
"""Whether the reference shows every group of the public headers, every module of the package, and
formulas as mathematics.

usage: check_reference.py SOURCE_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def refuses_formulas_without_tex(comments):
    """Whether a header is refused for a formula that has no TeX, and for that alone."""
    done = []
    for indented in ("E = m c^2", "size  (h, w)", "call(size);"):
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "other.h"
            header.write_text(f"/* Text:\n *\n *     {indented}\n */\nvoid call(int size);\n")
            done.append(subprocess.run([sys.executable, comments, header], check=False,
                                       capture_output=True, text=True))
    return [one.returncode for one in done] == [1, 0, 0] and "E = m c^2" in done[0].stderr


def main(root):
    root = pathlib.Path(root)
    comments = root / "docs/site/comments.py"
    shown = "".join(page.read_text() for page in sorted((root / "docs/reference").glob("*.rst")))
    groups = set(re.findall(r"doxygengroup:: (\w+)", shown))
    modules = set(re.findall(r"automodule:: ([\w.]+)", shown))
    problems = []
    if not refuses_formulas_without_tex(comments):
        problems.append(f"{comments.name} does not tell a formula without TeX from code and tables")
    for header in sorted((root / "include/ptychopatch").glob("*.h")):
        done = subprocess.run([sys.executable, comments, header], check=False, capture_output=True,
                              text=True)
        if done.returncode != 0:
            problems.append(done.stderr.strip())
            continue
        problems += [f"{header.name}: the group {group} is on no page of docs/reference"
                     for group in re.findall(r"@defgroup (\w+)", done.stdout) if group not in groups]
    package = root / "bindings/python/ptychopatch"
    for file in sorted(package.rglob("*.py")):
        name = ".".join(("ptychopatch", *file.relative_to(package).with_suffix("").parts))
        public = not any(part.startswith("_") for part in name.split("."))
        if public and name not in modules:
            problems.append(f"{name} is on no page of docs/reference")
    sys.exit("\n".join(problems) or 0)


main(*sys.argv[1:])
