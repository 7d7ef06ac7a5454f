# SPDX-License-Identifier: Apache-2.0
"""What the Julia files declare of the C API: constants, structures, and the types of every ccall."""
import re

_CONSTANT = re.compile(r"^const (PPATCH_\w+) = (?:U?Int32\()?(\d+)\)?$", re.MULTILINE)
_STRUCT = re.compile(r"^(?:Base\.@kwdef )?struct (\w+)\b(.*?)\bend$", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(r"^ +(\w+)::(.+?) = .+$", re.MULTILINE)
_CALL = re.compile(r"^(\w+)\(([^)]*)\) =\s+ccall\(\(:(\w+), library\), ([^,]+),\s+\(([^()]*)\)"
                   r"((?:,\s*\w+)*)\)$", re.MULTILINE)
_C_TYPES = {"Int32": "std::int32_t", "UInt32": "std::uint32_t", "Int64": "std::int64_t",
            "UInt64": "std::uint64_t", "UInt8": "std::uint8_t", "Float64": "double",
            "Cchar": "char", "Cvoid": "void"}


def _without_comments(text):
    return re.sub(r"#.*", "", text)


def _names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def constants(text):
    return dict(_CONSTANT.findall(_without_comments(text)))


def structs(text):
    """Members, (name, type), of each structure; a handle has none."""
    return {name: _MEMBER.findall(body) for name, body in _STRUCT.findall(_without_comments(text))}


def calls(text):
    """(result, arguments) of each function, which has to hand its own arguments on, in order."""
    found = {}
    for name, parameters, symbol, result, types, given in _CALL.findall(_without_comments(text)):
        if name != symbol or _names(parameters) != _names(given):
            raise ValueError(f"{name}({parameters}) calls {symbol} with {given.strip(', ')}")
        found[name] = result, _names(types)
    return found


def c_type(julia):
    """The C++ spelling of a type, const apart."""
    inner = re.fullmatch(r"Ptr\{(.+)\}", julia)
    if inner:
        return c_type(inner[1]) + " *"
    return _C_TYPES.get(julia, julia)


def member_c_type(julia):
    """The same, an NTuple being an array."""
    array = re.fullmatch(r"NTuple\{(\w+), (\w+)\}", julia)
    return f"{c_type(array[2])}[{array[1]}]" if array else c_type(julia)
