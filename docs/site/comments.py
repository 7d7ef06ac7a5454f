#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a public header with its comments as Doxygen wants them: the headers themselves are plain C,
for people.

A comment before a declaration documents it, one behind a member the member. A comment that begins with
"---- Title" opens a group of what follows it. Indented code (lines that end in a semicolon) and tables
(a name, two blanks and more) stay as they are, line by line; all else that is indented is a formula:
formulas.json beside this file has it in TeX, by header and text. A formula without TeX is an error, and
so is TeX whose formula no header has.

usage: comments.py HEADER
"""
import json
import os
import pathlib
import re
import sys

INDENTED = re.compile(r"   +\S")
CODE = re.compile(r".*;$")
TABLE = re.compile(r" +\w+ {2,}\S")
LIST_ITEM = re.compile(r" *(- |\d+\. )")


class Formulas:
    """The formulas of one header: their text in the header, and in TeX."""

    def __init__(self, header):
        table = json.loads(pathlib.Path(__file__).with_name("formulas.json").read_text())
        self.tex = {self._key(text): tex for text, tex in table.get(header, [])}
        self.unused = set(self.tex)
        self.missing = []

    @staticmethod
    def _key(text):
        return " ".join(text.split())

    def of(self, lines):
        """The TeX of a formula that these lines are; None for code and tables."""
        key = self._key(" ".join(lines))
        self.unused.discard(key)
        if key not in self.tex and not CODE.match(lines[0]) and not TABLE.match(lines[0]):
            self.missing.append(key)
        return self.tex.get(key)


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


def documented(lines, formulas):
    """Text for Doxygen: paragraphs and lists, with what is indented kept by lines or set as a formula."""
    made, kept, in_list = [], [], False

    def end_kept():
        while kept and not kept[-1]:
            kept.pop()
        if kept:
            tex = formulas.of(kept)
            made.extend(["", f"@f[{tex}@f]", ""] if tex else ["", "@verbatim", *kept, "@endverbatim", ""])
            kept.clear()

    for line in lines:
        item = LIST_ITEM.match(line)
        in_list = bool(item) or (in_list and line.startswith("  "))
        if INDENTED.match(line) and not in_list:
            kept.append(line)
            continue
        if kept and not line:
            kept.append(line)
            continue
        end_kept()
        made.append(escaped(line) if not item
                    else re.sub(r"\d+\.", "-#", item[0]) + escaped(line[item.end():]))
    end_kept()
    return "\n".join(made).strip("\n")


def named_enumerations(text):
    """A type and the constants that follow it, one thing to a reader: `enum NAME {` for Doxygen. Constants
    without a type are flags, and named by the words that all of them begin with."""
    def note_of(found):
        note = re.search(r"/\*\*<(.*?)\*/", found["note"] or "", re.DOTALL)
        return f"/** {note[1].strip()} */" if note else ""

    def joined(found):
        return f"{note_of(found)}\nenum {found['name']} {{"

    def flags(found):
        constants = re.findall(r"\b(PPATCH_\w+)\s*=", found["body"])
        name = os.path.commonprefix(constants).rstrip("_").removesuffix("_FLAG").lower()
        return f"{note_of(found)}\nenum {name}_flags {{{found['body']}}}"

    text = re.sub(r"typedef\s+u?int32_t\s+(?P<name>\w+);(?P<note>\s*/\*\*<.*?\*/)?\s*\nenum \{", joined, text,
                  flags=re.DOTALL)
    return re.sub(r"\benum \{(?P<note>[ \t]*/\*\*<.*?\*/)?(?P<body>.*?)\}", flags, text, flags=re.DOTALL)


def main(path):
    header = pathlib.Path(path)
    text = header.read_text()
    formulas = Formulas(header.name)
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
            pieces.append(f"/** @file\n{documented(lines[1:], formulas)}\n*/")
        elif title:
            name = f"{header.stem}_{re.sub(r'[^a-z]+', '_', title[1].lower())}"
            closing = "/** @} */\n" if open_group else ""
            open_group = True
            pieces.append(f"{closing}/** @defgroup {name} {title[1]}\n{documented(lines[1:], formulas)}\n@{{ */")
        elif before.lstrip().startswith(("}", "#")):
            continue
        elif before.strip():
            pieces.append(f"/**< {' '.join(escaped(line) for line in lines)} */")
        else:
            pieces.append(f"/** {documented(lines, formulas)} */")
    pieces.append(text[place:])
    # One name for a structure and its type is one thing to a reader; Sphinx would have it twice.
    made = re.sub(r"typedef (struct (\w+) \{.*?\}) \2;", r"\1;", "".join(pieces), flags=re.DOTALL)
    made = named_enumerations(made)
    if formulas.unused:
        sys.exit(f"formulas.json: {header.name} has no formula {'; '.join(sorted(formulas.unused))}")
    if formulas.missing:
        sys.exit(f"formulas.json: no TeX for what {header.name} has: {'; '.join(formulas.missing)}")
    head, end, tail = made.rpartition("#ifdef __cplusplus\n}")
    sys.stdout.write(f"{head}/** @}} */\n{end}{tail}")


main(sys.argv[1])
