# SPDX-License-Identifier: Apache-2.0
"""What the public headers declare: enumerations, structures, functions, as pycparser reads them."""
import pathlib
import re
import subprocess
import tempfile
from typing import NamedTuple

from pycparser import c_ast, c_parser

# All that the headers need of <stdint.h>: names alone, so that any compiler's preprocessor will do.
_STDINT = "typedef int int32_t; typedef unsigned uint32_t; typedef unsigned char uint8_t;\n" \
          "typedef long int64_t; typedef unsigned long uint64_t;\n"

# Bytes of each type of number; pointers have those of this machine's.
SIZES = {"char": 1, "uint8_t": 1, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8, "double": 8}
_POINTER = 8


class Type(NamedTuple):
    """base, with so many asterisks, and as an array its length."""

    base: str
    pointers: int = 0
    const: bool = False
    length: int = 0


class Named(NamedTuple):
    """A member of a structure, or a parameter of a function."""

    name: str
    type: Type


class Enumeration(NamedTuple):
    """Enumerators and their numbers; a list of choices where they carry their type's word."""

    name: str
    integer: str
    values: dict

    def choices(self):
        """Options' names and their enumerators: PPATCH_LAYOUT_CHANNEL_LAST is channel-last."""
        prefix = f"{self.name}_".upper()
        carry = [name.startswith(prefix) for name in self.values]
        if any(carry) and not all(carry):
            raise ValueError(f"{self.name}: expected every enumerator to begin with {prefix}, or none; "
                             f"got {', '.join(self.values)}")
        if not any(carry):
            return {}
        return {name[len(prefix):].lower().replace("_", "-"): name for name in self.values}


class Function(NamedTuple):
    """A function that the library exports."""

    name: str
    result: Type
    parameters: list


class Api:
    """The declarations of all headers, in their order."""

    def __init__(self, folder, compiler):
        self.constants = {}  # macros that are numbers
        self.enumerations, self.structures, self.functions = [], {}, []
        self.handles, self.callbacks, self.aliases = [], [], {}
        text = _preprocessed(folder, compiler, "-P")
        for name, value in re.findall(r"^#define (PPATCH_\w+) (\d+)$", _preprocessed(folder, compiler, "-dM"),
                                      re.MULTILINE):
            if not name.startswith("PPATCH_VERSION_"):
                self.constants[name] = int(value)
        before = None
        for node in c_parser.CParser().parse(text).ext:
            self._add(node, before)
            before = node

    def _add(self, node, before):
        kind = getattr(node, "type", None)
        if isinstance(kind, c_ast.Enum):
            # The type that an enumeration has is the integer named right before it.
            named = isinstance(before, c_ast.Typedef) and self.aliases.get(before.name)
            self.enumerations.append(Enumeration(before.name if named else "", named or "int32_t",
                                                 _numbers(kind)))
        elif isinstance(node, c_ast.Typedef) and node.name.startswith("ppatch_"):
            self._add_type(node)
        elif isinstance(kind, c_ast.FuncDecl):
            given = [parameter for parameter in kind.args.params if parameter.name]
            self.functions.append(Function(node.name, _type_of(kind.type),
                                           [Named(one.name, _type_of(one.type)) for one in given]))

    def _add_type(self, node):
        if isinstance(node.type, c_ast.PtrDecl):
            self.callbacks.append(node.name)
        elif isinstance(node.type.type, c_ast.Struct):
            members = node.type.type.decls
            if members is None:
                self.handles.append(node.name)
            else:
                self.structures[node.name] = [Named(one.name, _type_of(one.type)) for one in members]
        else:
            self.aliases[node.name] = _type_of(node.type).base

    def number(self, type_):
        """The type of number that a type is, or its name."""
        return self.aliases.get(type_.base, type_.base)

    def size(self, type_):
        """(bytes, alignment) of a type."""
        if type_.pointers or type_.base in self.callbacks:
            return _POINTER, _POINTER
        if type_.base in self.structures:
            place = widest = 0
            for member in self.structures[type_.base]:
                size, step = self.size(member.type)
                place = -(-place // step) * step + size
                widest = max(widest, step)
            size, step = -(-place // widest) * widest, widest
        else:
            size = step = SIZES[self.number(type_)]
        return size * max(type_.length, 1), step


def _preprocessed(folder, compiler, option):
    with tempfile.TemporaryDirectory() as place:
        pathlib.Path(place, "stdint.h").write_text(_STDINT)
        command = [compiler, "-E", option, "-std=c99", "-nostdinc", f"-I{place}", f"-I{folder}",
                   str(pathlib.Path(folder, "ptychopatch/ptychopatch.h"))]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _numbers(enumeration):
    values = {}
    for one in enumeration.values.enumerators:
        if not isinstance(one.value, c_ast.Constant):
            raise ValueError(f"{one.name}: expected its number, as {one.name} = 1")
        values[one.name] = int(one.value.value)
    return values


def _type_of(node):
    length = pointers = 0
    while not isinstance(node, c_ast.TypeDecl):
        if isinstance(node, c_ast.ArrayDecl):
            length = int(node.dim.value)
        else:
            pointers += 1
        node = node.type
    return Type(" ".join(node.type.names), pointers, "const" in node.quals, length)
