# SPDX-License-Identifier: Apache-2.0
"""Compares what the Julia package says of the C API with the headers, by the C++ compiler: the value
of every constant, the order, type and place of every structure's members, and the result and argument
types of every ccall. Then it breaks the package in several ways, and each has to be found.

Julia lays structures out as C does, member by member; a pointer to a function is its Ptr{Cvoid}.
"""
import argparse
import pathlib
import re
import subprocess
import sys

import julia_text

# Const is dropped, and pointers to functions become plain ones, as Julia has neither.
_PRELUDE = """#include <cstddef>
#include <cstdint>
#include <type_traits>
#include "ptychopatch/ptychopatch.h"
template <class T> struct Plain { using type = std::remove_cv_t<T>; };
template <class T> struct Plain<T *> { using type = typename Plain<std::remove_cv_t<T>>::type *; };
template <class R, class... A> struct Plain<R (*)(A...)> { using type = void *; };
template <class T, std::size_t n> struct Plain<T[n]> { using type = typename Plain<T>::type[n]; };
template <class F> struct Call;
template <class R, class... A>
struct Call<R(A...)> { using type = typename Plain<R>::type(typename Plain<A>::type...); };
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--capi", type=pathlib.Path, required=True, help="what was made of the headers")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--cxx", required=True)
    return parser.parse_args()


def headers(source):
    text = "\n".join(file.read_text() for file in sorted((source / "include/ptychopatch").glob("*.h")))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def names_in_c(text):
    """Names alone: what they mean is the compiler's to say."""
    return {"constants": set(re.findall(r"\b(PPATCH_\w+)\s*=\s*\d+", text)) | {"PPATCH_MAX_NDIM"},
            "structures": set(re.findall(r"\bstruct (ppatch_\w+)", text)),
            "functions": set(re.findall(r"^[a-z][\w \*]*?\b(ppatch_\w+)\([^{;]*\);", text, re.MULTILINE))}


def assertions(text):
    """C++ that compiles only where the package is right."""
    lines = []
    for name, value in julia_text.constants(text).items():
        lines.append(f'static_assert({name} == {value}, "{name}");')
    for name, members in julia_text.structs(text).items():
        place = "0"
        for member, julia in members:
            kind = julia_text.member_c_type(julia)
            lines.append(f"using {name}_{member} = Plain<decltype({name}::{member})>::type;")
            lines.append(f'static_assert(std::is_same_v<{name}_{member}, std::remove_cv_t<{kind}>>, '
                         f'"{name}.{member} is no {julia}");')
            lines.append(f"constexpr std::size_t {name}_{member}_at = ({place} + alignof({kind}) - 1) / "
                         f"alignof({kind}) * alignof({kind});")
            lines.append(f'static_assert({name}_{member}_at == offsetof({name}, {member}), '
                         f'"{name}.{member} is elsewhere");')
            place = f"{name}_{member}_at + sizeof({kind})"
        if members:
            lines.append(f'static_assert(({place} + alignof({name}) - 1) / alignof({name}) * '
                         f'alignof({name}) == sizeof({name}), "{name} has other members");')
    for name, (result, arguments) in julia_text.calls(text).items():
        types = ", ".join(julia_text.c_type(one) for one in arguments)
        lines.append(f"static_assert(std::is_same_v<Call<decltype({name})>::type, "
                     f'{julia_text.c_type(result)}({types})>, "ccall of {name}");')
    return "\n".join([_PRELUDE, *lines, ""])


def faults(text, in_c, arguments):
    """What is wrong with a text of the package, as lines."""
    try:
        ours = {"constants": set(julia_text.constants(text)), "structures": set(julia_text.structs(text)),
                "functions": set(julia_text.calls(text))}
    except ValueError as error:
        return [str(error)]
    found = [f"{what}: {name} is in {'C' if name in in_c[what] else 'Julia'} alone"
             for what in in_c for name in sorted(in_c[what] ^ ours[what])]
    if found:
        return found
    program = arguments.work / "interface.cpp"
    program.write_text(assertions(text))
    result = subprocess.run([arguments.cxx, "-std=c++17", "-fsyntax-only", "-Wno-invalid-offsetof",
                             f"-I{arguments.source / 'include'}", str(program)],
                            stderr=subprocess.PIPE, text=True, check=False)
    return re.findall(r".*error:.*", result.stderr) or ([result.stderr] if result.returncode else [])


# Functions that the package does not call, and why.
_LEFT_OUT = {
    "ppatch_version": "version() gives the same as text",
    "ppatch_dtype_size": "Julia knows its types' sizes",
    "ppatch_patch_plan_set_stream": "arrays on a device are not taken",
    "ppatch_patch_plan_set_positions": "plans are made with their positions",
    "ppatch_group_plan_set_stream": "arrays on a device are not taken",
    "ppatch_scene_plan_set_stream": "arrays on a device are not taken",
}


def not_called(source, functions):
    """What differs between the functions that the package leaves out and those that it says it does."""
    text = "\n".join(file.read_text() for file in (source / "bindings/julia/src").glob("*.jl"))
    left_out = functions - set(re.findall(r"CApi\.(ppatch_\w+)", text))
    for name in sorted(left_out ^ set(_LEFT_OUT)):
        yield f"{name} is {'not called' if name in left_out else 'called, though listed as left out'}"


_BREAKS = [
    ("a constant of another value", "const PPATCH_C64 = Int32(3)", "const PPATCH_C64 = Int32(4)"),
    ("a constant that is missing", "const PPATCH_BOUNDARY_WRAP = Int32(4)\n", ""),
    ("a function of another name", "ppatch_cfa_round", "ppatch_cfa_rounded"),
    ("a call of another function", "(:ppatch_patch_extract, library)", "(:ppatch_patch_assemble, library)"),
    ("an argument of another type", " Float64),", " Float32),"),
    ("an argument less", "(Ptr{ppatch_context}, Int64, Ptr{ppatch_group_options}, Ptr{UInt64})",
     "(Ptr{ppatch_context}, Int64, Ptr{ppatch_group_options})"),
    ("arguments in another order", "plan, patches, image, coverage, eps)", "plan, image, patches, coverage, eps)"),
    ("a pointer to another structure", "(Ptr{ppatch_scene_plan}, Int64, Ptr{ppatch_scene_image}",
     "(Ptr{ppatch_scene_plan}, Int64, Ptr{ppatch_array}"),
    ("another result", "library), Int64, (Int32,), dtype)", "library), Int32, (Int32,), dtype)"),
    ("a member of another size", "    group_size::Int64 = 0", "    group_size::Int32 = 0"),
    ("a member without its sign", "    flags::UInt32 = 0", "    flags::Int32 = 0"),
    ("members in another order", "    peak::Float64 = 0\n    second_peak_ratio::Float64 = 0",
     "    second_peak_ratio::Float64 = 0\n    peak::Float64 = 0"),
    ("a member less at the end", "    mask::ppatch_array = ppatch_array()\n", ""),
    ("a longer array", "NTuple{36, UInt8}", "NTuple{37, UInt8}"),
]


def main():
    arguments = parse_arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    text = arguments.capi.read_text()
    in_c = names_in_c(headers(arguments.source))
    if not all(in_c.values()):
        sys.exit("nothing was found in the headers: does this test still read them?")
    wrong = faults(text, in_c, arguments)
    wrong += not_called(arguments.source, in_c["functions"])
    for what, right, broken in _BREAKS:
        if right not in text:
            wrong.append(f"{what}: the package has no {right!r} to break")
        elif not wrong and not faults(text.replace(right, broken, 1), in_c, arguments):
            wrong.append(f"{what} is not found")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
