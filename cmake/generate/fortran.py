# SPDX-License-Identifier: Apache-2.0
"""The C API as a Fortran module. Arguments that may be NULL are optional: all pointers but handles."""
import textwrap

from exceptions import ARRAYS, DEFAULTS
from headers import Type

_NUMBERS = {"int32_t": "integer(c_int32_t)", "uint32_t": "integer(c_int32_t)",
            "int64_t": "integer(c_int64_t)", "uint64_t": "integer(c_int64_t)",
            "uint8_t": "integer(c_int8_t)", "double": "real(c_double)",
            "char": "character(kind=c_char)"}


def _kind(api, type_):
    if type_.base in api.callbacks:
        return "type(c_funptr)"
    if type_.base in api.structures:
        return f"type({type_.base})"
    if type_.base == "void" or type_.base in api.handles:
        return "type(c_ptr)"
    return _NUMBERS[api.number(type_)]


def _default(api, structure, member):
    at_first = DEFAULTS.get(f"{structure}.{member.name}")
    if member.name == "struct_size":
        at_first = api.size(Type(structure))[0]
    elif at_first is None:
        at_first = {"type(c_ptr)": "c_null_ptr", "type(c_funptr)": "c_null_funptr",
                    _NUMBERS["char"]: "c_null_char"}.get(_kind(api, member.type), 0)
    return "" if member.type.base in api.structures else f" = {at_first}"



def _structure(api, name, members):
    yield f"  type, bind(c) :: {name}"
    for one in members:
        size = f"({one.type.length})" if one.type.length else ""
        yield f"    {_kind(api, one.type)} :: {one.name}{size}{_default(api, name, one)}"
    yield f"  end type {name}"
    yield ""


def _argument(api, function, one):
    type_, kind = one.type, _kind(api, one.type)
    if kind == "type(c_ptr)":
        return f"{kind}, intent(out) :: {one.name}" if type_.pointers == 2 else f"{kind}, value :: {one.name}"
    if not type_.pointers and not type_.length:
        return f"{kind}, value :: {one.name}"
    if one.name in ARRAYS.get(function.name, ()):
        return f"{kind}, intent({'in' if type_.const else 'inout'}) :: {one.name}(*)"
    if type_.base == "char":
        return f"{kind}, intent(in) :: {one.name}(*)"
    # Structures may be read before they are written, or stay as they were.
    intent = "in" if type_.const else "inout" if type_.base in api.structures else "out"
    size = f"({type_.length})" if type_.length else ""
    optional = "" if type_.length else ", optional"
    return f"{kind}, intent({intent}){optional} :: {one.name}{size}"


def _interface(api, function):
    result = "type(c_ptr)" if function.result.pointers else _NUMBERS.get(api.number(function.result))
    what = "function" if result else "subroutine"
    head = f"    {what} {function.name}({', '.join(one.name for one in function.parameters)}) bind(c)"
    yield " &\n".join(textwrap.wrap(head, 98, initial_indent="    ", subsequent_indent="      "))
    yield "      import"
    for one in function.parameters:
        yield f"      {_argument(api, function, one)}"
    if result:
        yield f"      {result} :: {function.name}"
    yield f"    end {what}"


def module(api):
    lines = ["! SPDX-License-Identifier: Apache-2.0", "",
             "!> The C API: its constants, structures and functions, as the headers have them.",
             "module ptychopatch_capi", "  use, intrinsic :: iso_c_binding", "  implicit none", "  public", ""]
    lines += [f"  integer, parameter :: {name} = {value}" for name, value in api.constants.items()]
    for one in api.enumerations:
        lines.append("")
        lines += [f"  integer(c_int32_t), parameter :: {name} = {value}" for name, value in one.values.items()]
    lines.append("")
    for name, members in api.structures.items():
        lines += _structure(api, name, members)
    lines.append("  interface")
    for function in api.functions:
        lines += _interface(api, function)
    return [*lines, "  end interface", "", "end module ptychopatch_capi"]
