# SPDX-License-Identifier: Apache-2.0
"""The package calls every function of the C API, but for those that make no sense here."""
import ast
import pathlib
import subprocess

from ptychopatch import _core
from ptychopatch._enumerations import CHOICES

ABI = pathlib.Path(__file__).resolve().parents[1] / "abi"

# Why a function is not called.
LEFT_OUT = {
    "ppatch_status_string": "exceptions have classes, and last_error's sentence",
}


def test_every_function_is_called():
    exported = {line for line in (ABI / "symbols.txt").read_text().split()
                if line.startswith("ppatch_")}
    listing = subprocess.run(["nm", "-D", "--undefined-only", "--format=posix", _core.__file__],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    called = {line.split()[0].partition("@")[0] for line
              in listing.splitlines() if line.startswith("ppatch_")}
    assert len(called) > 30
    assert sorted(exported - called) == sorted(LEFT_OUT)


def test_the_stub_is_python():
    """What type checkers read of the module: no argument has a keyword's name."""
    stub = pathlib.Path(_core.__file__).with_name("_core.pyi")
    names = {node.name for node in ast.walk(ast.parse(stub.read_text()))
             if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert {"PatchCall", "solve", "cfa_block"} <= names


def test_choices_are_those_of_the_library():
    """Their numbers, beside the recorded ones that a compiler has agreed to; others may be new."""
    recorded = dict(line.split() for line in (ABI / "constants.txt").read_text().splitlines())
    assert CHOICES["layout"] == {"flat": 0, "channel-last": 1, "channel-first": 2}
    names = {"drawn": "as-drawn", "distance": "by-distance", "position": "by-position"}
    found = 0
    for kind, choices in CHOICES.items():
        for choice, number in choices.items():
            word = names.get(choice, choice) if kind == "group_order" else choice
            name = f"PPATCH_{kind}_{word}".upper().replace("-", "_")
            assert recorded.get(name, str(number)) == str(number)
            found += name in recorded
    assert found > 50
