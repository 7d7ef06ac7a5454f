# SPDX-License-Identifier: Apache-2.0
"""Writes what a language needs to know of the public headers.

cxx        tables of options' names for C++: the command, benchmarks
python     the same for the Python package
fortran    the module ptychopatch_capi
julia      the functions, structures and constants of the package's module CApi
constants  every constant and its number, as tests/abi/constants.txt records them
"""
import argparse
import pathlib

import fortran
import headers
import julia
import tables

_LANGUAGES = {"cxx": tables.cxx, "python": tables.python, "fortran": fortran.module,
              "julia": julia.module, "constants": tables.constants}


def main():
    parser = argparse.ArgumentParser(prog="generate", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=_LANGUAGES)
    parser.add_argument("--include", required=True, help="the folder that holds ptychopatch/")
    parser.add_argument("--cc", default="cc", help="a C compiler, whose preprocessor is used")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    given = parser.parse_args()
    lines = _LANGUAGES[given.language](headers.Api(given.include, given.cc))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text("\n".join([*lines, ""]))


main()
