# SPDX-License-Identifier: Apache-2.0
"""The C API as Julia's constants, structures and ccalls, and the choices of options by name."""
from exceptions import DEFAULTS
from tables import choices_of

_NUMBERS = {"int32_t": "Int32", "uint32_t": "UInt32", "int64_t": "Int64", "uint64_t": "UInt64",
            "uint8_t": "UInt8", "double": "Float64", "char": "Cchar", "void": "Cvoid"}


def _kind(api, type_, pointers=0):
    name = "Ptr{Cvoid}" if type_.base in api.callbacks else _NUMBERS.get(api.number(type_), type_.base)
    count = type_.pointers + pointers
    return "Ptr{" * count + name + "}" * count


def _structure(api, name, members):
    yield f"Base.@kwdef struct {name}"
    for one in members:
        kind = _kind(api, one.type)
        zero = DEFAULTS.get(f"{name}.{one.name}")
        if one.name == "struct_size":
            zero = f"sizeof({name})"
        elif zero is None:
            zero = f"{kind}()" if kind in api.structures else "C_NULL" if kind.startswith("Ptr") else "0"
        if one.type.length:
            kind, zero = f"NTuple{{{one.type.length}, {kind}}}", f"ntuple(_ -> {zero}, {one.type.length})"
        yield f"    {one.name}::{kind} = {zero}"
    yield "end"
    yield ""


def _call(api, function):
    # An array as an argument is a pointer to its first element.
    types = [_kind(api, one.type, 1 if one.type.length else 0) for one in function.parameters]
    names = "".join(f", {one.name}" for one in function.parameters)
    yield f"{function.name}({names[2:]}) ="
    comma = "," if len(types) == 1 else ""
    yield (f"    ccall((:{function.name}, library), {_kind(api, function.result)}, "
           f"({', '.join(types)}{comma}){names})")


def module(api):
    lines = ["# SPDX-License-Identifier: Apache-2.0", "# The C API, as the headers have it.", ""]
    lines += [f"const {name} = {value}" for name, value in api.constants.items()]
    for one in api.enumerations:
        kind = _NUMBERS[one.integer]
        lines += ["", *(f"const {name} = {kind}({value})" for name, value in one.values.items())]
    lines.append("")
    lines += [f"struct {name} end" for name in api.handles]
    lines.append("")
    for name, members in api.structures.items():
        lines += _structure(api, name, members)
    for function in api.functions:
        lines += _call(api, function)
    lines += ["", "# The choices of options, by the command's names with _ for its -."]
    for name, choices, _ in choices_of(api):
        pairs = ", ".join(f"{option.replace('-', '_')} = {enumerator}" for option, enumerator in choices.items())
        lines.append(f"const {name}_choices = ({pairs},)")
    return lines
