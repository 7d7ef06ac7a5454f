# SPDX-License-Identifier: Apache-2.0
"""Fails where the C++ headers do not use a function that the library exports.

usage: check_cxx.py SYMBOLS_TXT HEADER_FOLDER
"""
import pathlib
import re
import sys


def missing(functions, text):
    code = re.sub(r"//[^\n]*", "", text)
    return [name for name in functions if not re.search(rf"\b{name}\b", code)]


def main(listing, folder):
    functions = [name for name in pathlib.Path(listing).read_text().split() if name.startswith("ppatch_")]
    text = "\n".join(header.read_text() for header in sorted(pathlib.Path(folder).glob("*.hpp")))
    found = [f"the C++ headers have no {name}" for name in missing(functions, text)]
    # Each function that goes has to be found missing, and one that a comment alone names.
    for name in functions:
        without = re.sub(rf"\b{name}\b", "gone", text) + f"\n// {name}\n"
        if missing([name], without) != [name]:
            found.append(f"{name} would not be found missing")
    if not functions:
        found.append(f"{listing} has no function")
    print("\n".join(found))
    sys.exit(1 if found else 0)


main(*sys.argv[1:])
