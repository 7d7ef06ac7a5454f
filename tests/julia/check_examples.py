# SPDX-License-Identifier: Apache-2.0
"""Looks at the Julia examples of the pages where there is no Julia to run them: each function that one
calls is the package's or one of a few of Julia's own, with as many arguments and such keywords as it
has. Then it breaks examples, and each has to be found.

usage: check_examples.py SOURCE
"""
import pathlib
import re
import sys

BLOCK = re.compile(r"^```julia\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEFINITION = re.compile(r"^ *(?:function )?(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)(?: where .*)?(?: =|$)", re.MULTILINE)
CALL = re.compile(r"(?<![\w.])(\w+)\(((?:[^()]|\([^()]*\))*)\)")
KEYWORD = re.compile(r"(\w+)(?:::\w+)? =(?!=)")
OF_JULIA = {"size", "rand", "randn", "ComplexF32"}
# What `options...` stands for in a file.
OPTIONS = {"patches.jl": "patch_options", "registration.jl": "scene_options", "pairs.jl": "resample_options"}


def parts(text):
    """How many arguments there are before the semicolon, at least and at most, and the keywords after it."""
    outer = re.sub(r"\([^()]*\)|\[[^]]*\]|\{[^}]*\}", "_", text)
    positional, _, keywords = outer.partition(";")
    given = [one for one in positional.split(",") if one.strip()]
    required = [one for one in given if "=" not in one]
    return len(required), len(given), set(KEYWORD.findall(keywords)), "options..." in keywords


def definitions(source):
    """{name: [(least, most, keywords)]}, a method each."""
    found, lists = {}, {}
    for file in sorted((source / "bindings/julia/src").glob("*.jl")):
        methods = [(name, *parts(text)) for name, text in DEFINITION.findall(file.read_text())]
        lists[file.name] = next((one[3] for one in methods if one[0] == OPTIONS.get(file.name)), set())
        for name, least, most, keywords, more in methods:
            found.setdefault(name, []).append((least, most, keywords | (lists[file.name] if more else set())))
    return found


def faults(block, known):
    code = re.sub(r"#.*", "", block)
    for name, text in CALL.findall(code):
        for inner in CALL.findall(text):
            yield from faults(f"{inner[0]}({inner[1]})", known)
        least, _, keywords, _ = parts(text)
        if name in OF_JULIA:
            continue
        if name not in known:
            yield f"{name}: the package has no such function"
        elif not any(low <= least <= high and keywords <= own for low, high, own in known[name]):
            yield f"{name}({text}): no method has these arguments"


BREAKS = [("extract(image, positions, 64)", "extrakt(image, positions, 64)"),
          ("extract(image, positions, 64)", "extract(image, positions)"),
          ("neighbours = 6", "neighbors = 6"), ('cfa = "RGGB"', 'pattern = "RGGB"'), ("period = 2", "step = 2")]


def main(source):
    source = pathlib.Path(source)
    known = definitions(source)
    blocks = [(page.relative_to(source), block) for page in (*source.glob("*.md"), *source.glob("docs/**/*.md"))
              for block in BLOCK.findall(page.read_text()) if "using Ptychopatch" in block]
    wrong = [f"{page}: {fault}" for page, block in blocks for fault in faults(block, known)]
    if len(blocks) < 2:
        wrong.append(f"{len(blocks)} examples: does this test still find them?")
    for right, broken in BREAKS:
        page = next((block for _, block in blocks if right in block), None)
        if page is None:
            wrong.append(f"no example has {right!r} to break")
        elif not list(faults(page.replace(right, broken, 1), known)):
            wrong.append(f"{broken!r} is not found")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main(sys.argv[1])
