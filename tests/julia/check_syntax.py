# SPDX-License-Identifier: Apache-2.0
"""Parses every Julia file of a folder by tree-sitter's grammar; prints what is no Julia.

usage: check_syntax.py FOLDER
"""
import pathlib
import sys

import tree_sitter
import tree_sitter_julia


def errors(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language()))
files = sorted(pathlib.Path(sys.argv[1]).rglob("*.jl"))
found = [f"{file}:{node.start_point[0] + 1}: {node.text.decode()[:60]!r} does not parse"
         for file in files for node in errors(parser.parse(file.read_bytes()).root_node)]
print("\n".join(found))
sys.exit(1 if found or not files else 0)
