# SPDX-License-Identifier: Apache-2.0
"""Compares the ABI that the headers declare with the one that was recorded: the functions with all
types that they reach, by abidiff with baseline.abi, and the number of every constant with
constants.txt. Then it breaks the headers in several ways, and each has to be found.

The headers are compiled to a library of empty functions: abi_symbols tells that the real one has the
same functions, and its compiler that they are declared alike. Exits 77 where there is no abidiff.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

GENERATOR = pathlib.Path(__file__).resolve().parents[2] / "cmake/generate"

BREAKS = [
    ("a parameter of another type", "ppatch_patch_assemble(.*?)double eps", r"ppatch_patch_assemble\1float eps"),
    ("a parameter more", r"(ppatch_dtype_size\(ppatch_dtype dtype)\)", r"\1, int32_t more)"),
    ("a function less", r"int32_t ppatch_abi_version\(void\);", ""),
    ("members in another order", r"(int32_t num_threads;[^\n]*\n)(.*?)(uint64_t memory_budget;)", r"\3\2\1"),
    ("a member less", r"uint64_t jitter_seed;", ""),
    ("a longer array", r"uint8_t colour\[36\]", "uint8_t colour[40]"),
    ("another result", r"int32_t ppatch_version\(void\)", "int64_t ppatch_version(void)"),
    ("another number", r"PPATCH_C64 = 3", "PPATCH_C64 = 9"),
]


# What may come, and is no difference.
ADDITION = (r"int32_t ppatch_abi_version\(void\);",
            "int32_t ppatch_abi_version(void);\nint32_t ppatch_one_more(void);\nenum { PPATCH_MORE = 77 };")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--record", action="store_true", help="make this ABI the recorded one")
    return parser.parse_args()


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def without_comments(folder):
    text = "\n".join(header.read_text() for header in sorted(folder.glob("ptychopatch/*.h")))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def library_of(folder, work, cc):
    """A library of the functions that the headers in a folder declare."""
    lines = ['#include "ptychopatch/ptychopatch.h"']
    for result, name, parameters in re.findall(
            r"^([a-z][\w ]*?[ \*]+)(ppatch_\w+)\(([^{;]*)\);", without_comments(folder), re.MULTILINE):
        lines.append(f"{result}{name}({parameters}) {{{'' if result.strip() == 'void' else ' return 0; '}}}")
    source, library = work / "functions.c", work / "libptychopatch.so"
    source.write_text("\n".join([*lines, ""]))
    run(cc, "-std=c99", "-g", "-fPIC", "-shared", f"-I{folder}", source, "-o", library)
    return library


def constants_of(folder, work, cc):
    """Lines of each constant and its number, which the compiler has to agree with."""
    listing, source = work / "constants.txt", work / "constants.c"
    run(sys.executable, "-B", GENERATOR, "constants", "--include", folder, "--cc", cc, "--output", listing)
    lines = listing.read_text().splitlines()
    source.write_text("\n".join(['#include "ptychopatch/ptychopatch.h"',
                                 *("_Static_assert({0} == {1}, \"{0}\");".format(*line.split()) for line in lines),
                                 ""]))
    run(cc, "-std=c11", f"-I{folder}", "-fsyntax-only", source)
    return lines


def differences(folder, work, cc, baseline, constants):
    """What the headers in a folder have changed or taken away; additions are none."""
    result = subprocess.run(["abidiff", "--no-added-syms", str(baseline), str(library_of(folder, work, cc))],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    found = result.stdout.splitlines() if result.returncode else []
    now = dict(line.split() for line in constants_of(folder, work, cc))
    for line in constants.read_text().splitlines():
        name, number = line.split()
        if now.get(name) != number:
            found.append(f"{name} was {number}, and is {now.get(name, 'gone')}")
    return found


def changed(folder, broken, pattern, replacement):
    """Copies the headers with one place replaced; False where there is no such place."""
    shutil.rmtree(broken, ignore_errors=True)
    shutil.copytree(folder, broken)
    count = 0
    for header in broken.glob("ptychopatch/*.h"):
        text, here = re.subn(pattern, replacement, header.read_text(), count=1, flags=re.DOTALL)
        header.write_text(text)
        count += here
    return count > 0


def not_found(folder, work, cc, baseline, constants):
    """Of the ways to break the headers, those that are not noticed."""
    broken = work / "broken"
    for what, pattern, replacement in BREAKS:
        if not changed(folder, broken, pattern, replacement):
            yield f"{what}: the headers have no {pattern!r} to break"
        elif not differences(broken, work, cc, baseline, constants):
            yield f"{what} is not found"
    if not changed(folder, broken, *ADDITION) or differences(broken, work, cc, baseline, constants):
        yield "an addition is taken for a difference"


def main():
    given = parse_arguments()
    if not (shutil.which("abidw") and shutil.which("abidiff")):
        print("skipped: abidw and abidiff (abigail-tools) are not installed")
        sys.exit(77)
    folder, work, cc = given.source / "include", given.work, given.cc
    work.mkdir(parents=True, exist_ok=True)
    baseline = given.source / "tests/abi/baseline.abi"
    constants = given.source / "tests/abi/constants.txt"
    if given.record:
        run("abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--short-locs",
            "--out-file", baseline, library_of(folder, work, cc))
        constants.write_text("\n".join([*constants_of(folder, work, cc), ""]))
    found = differences(folder, work, cc, baseline, constants)
    if found:
        found.append("If docs/abi.md allows it, scripts/check.sh abi --record records it; else the ABI's number grows.")
    found += not_found(folder, work, cc, baseline, constants)
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
