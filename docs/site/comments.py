#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a public header with its comments as Doxygen wants them: the headers themselves are plain C,
for people.

A comment before a declaration documents it, one behind a member the member. A comment that begins with
"---- Title" opens a group of what follows it. What is indented stays as it is, line by line.

usage: comments.py HEADER
"""
import pathlib
import re
import sys

INDENTED = re.compile(r"   +\S")
LIST_ITEM = re.compile(r" *(- |\d+\. )")


def escaped(line):
    """A line of text without what Doxygen would take for its own."""
    return re.sub(r"([\\@<>&#%\"])", r"\\\1", line)


def body_of(comment):
    """The lines of a comment, without its marks."""
    text = re.sub(r"^/\*|\*/$", "", comment.strip())
    lines = [re.sub(r"^\s*\*? ?", "", line, count=1) if i else line.strip()
             for i, line in enumerate(text.splitlines())]
    # The mark and one blank are gone; what is left of the indentation tells a formula or a list.
    return [line.rstrip() for line in lines]


def documented(lines):
    """Text for Doxygen: paragraphs and lists, with what is indented kept by lines."""
    made, kept, in_list = [], False, False
    for line in lines:
        item = LIST_ITEM.match(line)
        in_list = bool(item) or (in_list and line.startswith("  "))
        indented = bool(INDENTED.match(line)) and not in_list
        if indented and not kept:
            made += ["", "@verbatim"]
        elif kept and not indented and line:
            made += ["@endverbatim", ""]
        if indented or not kept or line:
            made.append(line if indented else escaped(line) if not item
                        else re.sub(r"\d+\.", "-#", item[0]) + escaped(line[item.end():]))
        kept = indented or (kept and not line)
    if kept:
        made.append("@endverbatim")
    return "\n".join(made).strip("\n")


def main(path):
    header = pathlib.Path(path)
    text = header.read_text()
    open_group = False
    pieces = []
    place = 0
    for found in re.finditer(r"/\*.*?\*/", text, re.DOTALL):
        pieces.append(text[place:found.start()])
        place = found.end()
        lines = body_of(found[0])
        title = re.match(r"-+ (.*?) -+$", lines[0].rstrip()) or re.match(r"---- (.*?) -*$", lines[0])
        before = text[text.rfind("\n", 0, found.start()) + 1:found.start()]
        if "SPDX" in lines[0]:
            pieces.append(f"/** @file\n{documented(lines[1:])}\n*/")
        elif title:
            name = f"{header.stem}_{re.sub(r'[^a-z]+', '_', title[1].lower())}"
            closing = "/** @} */\n" if open_group else ""
            open_group = True
            pieces.append(f"{closing}/** @defgroup {name} {title[1]}\n{documented(lines[1:])}\n@{{ */")
        elif before.lstrip().startswith(("}", "#")):
            continue
        elif before.strip():
            pieces.append(f"/**< {' '.join(escaped(line) for line in lines)} */")
        else:
            pieces.append(f"/** {documented(lines)} */")
    pieces.append(text[place:])
    # One name for a structure and its type is one thing to a reader; Sphinx would have it twice.
    made = re.sub(r"typedef (struct (\w+) \{.*?\}) \2;", r"\1;", "".join(pieces), flags=re.DOTALL)
    made = re.sub(r"(typedef int32_t\s+(\w+);[^\n]*\n)enum ", r"\1/** Values of \2. */\nenum ", made)
    head, end, tail = made.rpartition("#ifdef __cplusplus\n}")
    sys.stdout.write(f"{head}/** @}} */\n{end}{tail}")


main(sys.argv[1])
