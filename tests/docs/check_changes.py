# SPDX-License-Identifier: Apache-2.0
"""Whether CONTRIBUTING's "Where a change goes" counts right.

The number of each change is that of the files in its list, which are there, but for new ones; and no file
outside the list of a new interpolation has all interpolations typed out.

usage: check_changes.py SOURCE_DIR
"""
import pathlib
import re
import sys

# Where files that list choices would have to be told of a new one.
FOLDERS = ("include", "src", "cuda", "capi", "apps", "bindings", "cmake")


def changes(page):
    """(change, number, files) by entry; a new file's name begins with +."""
    section = page.partition("\n## Where a change goes\n")[2].partition("\n## ")[0]
    for name, number, text in re.findall(r"^\*\*([^*\n]+)\*\* \((\d+)\)\n: (.*?)\n\n", section, re.S | re.M):
        counted = text.partition("*Also*")[0]
        new, there = r"\+ [^,`]*`([^`]+)`", r"`([^`]*[/.][^`]*)`"
        files = ["+" + file for file in re.findall(new, counted)]
        yield name, int(number), files + re.findall(there, re.sub(new, "", counted))


def has_all(text, words):
    return all(re.search(rf"(?<![a-z]){word}", text, re.I) for word in words)


def main(root):
    root = pathlib.Path(root)
    page = (root / "CONTRIBUTING.md").read_text()
    all_changes = list(changes(page))
    entries = re.findall(r"^\*\*A new .+$", page, re.M)
    problems = [] if len(all_changes) == len(entries) > 0 else [f"an entry has no number: {entries}"]
    for name, number, files in all_changes:
        if number != len(set(files)):
            problems.append(f"{name}: {number} is said, and {len(set(files))} files are named: {files}")
        problems += [f"{name}: there is no {file}" for file in files
                     if not file.startswith("+") and not (root / file).is_file()]
    header = (root / "include/ptychopatch/ptychopatch.h").read_text()
    choices = [word.lower() for word in re.findall(r"PPATCH_INTERPOLATION_(\w+) = ", header)]
    told = next(files for name, _, files in all_changes if name == "A new interpolation")
    lists = [str(file.relative_to(root)) for folder in FOLDERS for file in sorted((root / folder).rglob("*"))
             if file.suffix != ".pyc" and file.is_file()
             and has_all(file.read_text(errors="replace"), choices)]
    problems += [f"{file} has all interpolations, and is not in the list of a new one"
                 for file in lists if file not in told]
    if len(choices) < 4 or "src/math/enums.hpp" not in lists:
        problems.append(f"no list of the choices {choices} is found: does this test still read the files?")
    sys.exit("\n".join(problems) or 0)


main(*sys.argv[1:])
