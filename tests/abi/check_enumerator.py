# SPDX-License-Identifier: Apache-2.0
"""Adds an enumerator to a copy of the public headers, and expects it in all that is made of them, with
nothing else being different: no binding has to be told of it. One that lacks its type's word is refused.

usage: check_enumerator.py SOURCE WORK CC
"""
import pathlib
import re
import shutil
import subprocess
import sys

# What is made for each language, and the line or part of one by which it has the enumerator.
EXPECTED = {"cxx": '{"made-up", PPATCH_INTERPOLATION_MADE_UP}', "python": "'made-up': 77",
            "fortran": "integer(c_int32_t), parameter :: PPATCH_INTERPOLATION_MADE_UP = 77",
            "julia": "made_up = PPATCH_INTERPOLATION_MADE_UP",
            "constants": "PPATCH_INTERPOLATION_MADE_UP 77"}


def generated(source, headers, language, output, cc):
    """The lines, and what the generator said; no lines where it refused."""
    output.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, "-B", str(source / "cmake/generate"), language, "--include",
                           str(headers), "--cc", cc, "--output", str(output)],
                          stderr=subprocess.PIPE, text=True, check=False)
    return (output.read_text().splitlines() if output.exists() else []), done.stderr


def with_enumerator(source, folder, name):
    """Copies the headers, with another enumerator after those of ppatch_interpolation."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source / "include", folder)
    places = 0
    for header in folder.glob("ptychopatch/*.h"):
        text, count = re.subn(r"(PPATCH_INTERPOLATION_LANCZOS3 = 3)", rf"\1, {name} = 77", header.read_text())
        header.write_text(text)
        places += count
    return places


def main(source, work, cc):
    source, work = pathlib.Path(source), pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    wrong = []
    if with_enumerator(source, work / "include", "PPATCH_INTERPOLATION_MADE_UP") != 1:
        sys.exit("the headers have no PPATCH_INTERPOLATION_LANCZOS3 = 3, once: does this test still read them?")
    for language, part in EXPECTED.items():
        before, said = generated(source, source / "include", language, work / f"{language}.before", cc)
        after, said_after = generated(source, work / "include", language, work / f"{language}.after", cc)
        new = [line for line in after if line not in before]
        if not before or not after:
            wrong.append(f"{language}: nothing was made: {said}{said_after}")
        elif not any(part in line for line in new):
            wrong.append(f"{language}: {part!r} is not there, but {new}")
        elif [line for line in new if "made" not in line.lower()]:
            wrong.append(f"{language}: other lines are new, too: {new}")
    with_enumerator(source, work / "include", "PPATCH_MADE_UP")
    lines, said = generated(source, work / "include", "constants", work / "refused", cc)
    refused, said_of_choices = generated(source, work / "include", "cxx", work / "refused", cc)
    if not lines or refused or "PPATCH_INTERPOLATION_" not in said_of_choices:
        wrong.append(f"an enumerator without its type's word is taken: {said}{said_of_choices}")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
