# SPDX-License-Identifier: Apache-2.0
"""Compares the Fortran module that is made of the C headers with them: every constant and its value,
every structure with the place of each member, every function with the number of its arguments.

Both compilers print what they see; nothing of the values is read from the sources.
"""
import argparse
import pathlib
import re
import subprocess
import sys


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--module", type=pathlib.Path, required=True, help="what was made of the headers")
    parser.add_argument("--modules", type=pathlib.Path, required=True, help="the folder of the .mod files")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--c", required=True)
    parser.add_argument("--fortran", required=True)
    return parser.parse_args()


def headers(source):
    text = "\n".join(file.read_text() for file in sorted((source / "include/ptychopatch").glob("*.h")))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def module(file):
    return re.sub(r"\s*&\s*\n\s*", " ", re.sub(r"!.*", "", file.read_text()))


def names_in_c(text):
    constants = set(re.findall(r"\b(PPATCH_\w+)\s*=\s*\d+", text)) | {"PPATCH_MAX_NDIM"}
    structs = {}
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, re.DOTALL):
        structs[name] = [member for line in re.findall(r"([^;]+);", body)
                         for member in re.findall(r"(\w+)\s*(?:\[\w+\])?\s*(?:,|$)", line.strip())]
    functions = {name: len(re.split(r",", arguments)) if arguments.strip() != "void" else 0
                 for name, arguments in re.findall(
                     r"^[a-z][\w \*]*?\b(ppatch_\w+)\(([^{;]*)\);", text, re.MULTILINE)}
    return constants, structs, functions


def names_in_fortran(text):
    constants = set(re.findall(r"parameter :: (PPATCH_\w+) =", text))
    structs = {}
    for name, body in re.findall(r"type, bind\(c\) :: (\w+)\n(.*?)end type", text, re.DOTALL):
        structs[name] = re.findall(r"^.*:: (\w+)", body, re.MULTILINE)
    functions = {name: len(re.split(r",", arguments)) if arguments.strip() else 0
                 for name, arguments in re.findall(
                     r"(?:function|subroutine) (ppatch_\w+)\(([^)]*)\) bind\(c\)", text)}
    return constants, structs, functions


def c_program(constants, structs):
    lines = ["#include <stddef.h>", "#include <stdio.h>", '#include "ptychopatch/ptychopatch.h"',
             "int main(void) {"]
    lines += [f'  printf("{name} %lld\\n", (long long){name});' for name in constants]
    for name, members in structs.items():
        lines.append(f'  printf("{name} %zu\\n", sizeof({name}));')
        lines += [f'  printf("{name}%%{member} %zu %zu\\n", offsetof({name}, {member}), '
                  f"sizeof((({name} *)0)->{member}));" for member in members]
        if members[0] == "struct_size":
            lines.append(f'  printf("{name} begins %zu\\n", sizeof({name}));')
    return "\n".join([*lines, "  return 0;", "}", ""])


def fortran_program(constants, structs):
    lines = ["program names", "  use ptychopatch", "  implicit none"]
    lines += [f"  call constant('{name}', int({name}, c_int64_t))" for name in constants]
    lines += [f"  call {name}_members()" for name in structs]
    lines += ["contains", "  subroutine constant(name, value)", "    character(*), intent(in) :: name",
              "    integer(c_int64_t), intent(in) :: value", "    print '(a, 1x, i0)', name, value",
              "  end subroutine", "  function place(pointer) result(address)",
              "    type(c_ptr), intent(in) :: pointer", "    integer(c_intptr_t) :: address",
              "    address = transfer(pointer, address)", "  end function"]
    for name, members in structs.items():
        lines += [f"  subroutine {name}_members()", f"    type({name}), target :: one",
                  f"    print '(a, 1x, i0)', '{name}', c_sizeof(one)"]
        for member in members:
            lines.append(f"    print '(a, 2(1x, i0))', '{name}%{member}', place(c_loc(one%{member}))"
                         f" &\n      - place(c_loc(one)), storage_size(one%{member}) / 8 * "
                         f"max(1, size([one%{member}]))")
        if members[0] == "struct_size":
            lines.append(f"    print '(a, 1x, i0)', '{name} begins', one%struct_size")
        lines.append("  end subroutine")
    return "\n".join([*lines, "end program", ""])


def output_of(command, program):
    subprocess.run([*command, "-o", program], check=True)
    return subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")


def compare(what, in_c, in_fortran):
    for one in sorted(set(in_c) - set(in_fortran)):
        print(f"{what}: {one} is in C alone")
    for one in sorted(set(in_fortran) - set(in_c)):
        print(f"{what}: {one} is in Fortran alone")
    return set(in_c) == set(in_fortran)


def main():
    arguments = parse_arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    constants, structs, functions = names_in_c(headers(arguments.source))
    their_constants, their_structs, their_functions = names_in_fortran(module(arguments.module))
    fine = compare("constants", constants, their_constants)
    fine &= compare("structures", structs, their_structs)
    fine &= compare("functions and their arguments", functions.items(), their_functions.items())
    if not (constants and structs and functions):
        fine = False
        print("nothing was found in the headers: does this test still read them?")
    if not fine:
        sys.exit(1)

    c_source = arguments.work / "names.c"
    c_source.write_text(c_program(sorted(constants), structs))
    fortran_source = arguments.work / "names.f90"
    fortran_source.write_text(fortran_program(sorted(constants), their_structs))
    in_c = output_of([arguments.c, f"-I{arguments.source / 'include'}", str(c_source)],
                     str(arguments.work / "names_c"))
    # No function is called; the library need not be linked.
    in_fortran = output_of([arguments.fortran, f"-I{arguments.modules}", str(fortran_source)],
                           str(arguments.work / "names_fortran"))
    sys.exit(0 if compare("values", in_c, in_fortran) else 1)


main()
