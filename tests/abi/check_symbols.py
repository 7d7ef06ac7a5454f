# SPDX-License-Identifier: Apache-2.0
"""Compares what the library exports with symbols.txt and with the functions of the public headers.

usage: check_symbols.py NM READELF LIBRARY SYMBOLS_TXT HEADER_FOLDER SONAME
"""
import pathlib
import re
import subprocess
import sys


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def exported(nm, library):
    lines = run(nm, "-D", "--defined-only", "--format=posix", library).splitlines()
    return {line.split()[0].split("@")[0] for line in lines}


def declared(folder):
    text = "\n".join(header.read_text() for header in sorted(folder.glob("*.h")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    prototypes = re.findall(r"^[a-z][\w \*]*?\b(ppatch_\w+)\([^{;]*\);", text, re.MULTILINE)
    return set(prototypes)


def report(expected, got, expected_from, got_from):
    for name in sorted(expected - got):
        print(f"{name} is in {expected_from} but not in {got_from}")
    for name in sorted(got - expected):
        print(f"{name} is in {got_from} but not in {expected_from}")
    return expected == got


def main(nm, readelf, library, listing, folder, soname):
    listed = pathlib.Path(listing).read_text().split()
    functions = {name for name in listed if name.startswith("ppatch_")}
    fine = report(set(listed), exported(nm, library), listing, library)
    fine &= report(declared(pathlib.Path(folder)), functions, folder, listing)
    if listed != sorted(set(listed)):
        fine = False
        print(f"{listing} is not sorted, or names a symbol twice")
    if not re.search(rf"\(SONAME\).*\[{re.escape(soname)}\]", run(readelf, "-d", library)):
        fine = False
        print(f"the SONAME of {library} is not {soname}")
    sys.exit(0 if fine else 1)


main(*sys.argv[1:])
