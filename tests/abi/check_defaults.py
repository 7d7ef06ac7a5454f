# SPDX-License-Identifier: Apache-2.0
"""Compares the defaults of Python's, Julia's and the command's options with the headers'.

In C every option is 0 for its default. So the default of a choice has to be the enumerator that is 0; and
a number that is not 0 has to be the one that the member's comment gives, as "0: 1". Then it changes
defaults, one at a time, and each has to be found.

usage: check_defaults.py SOURCE CC
"""
import ast
import pathlib
import re
import sys

# Where options are given names, and the structure that they fill.
PYTHON = {
    "_context.py:__init__": "ppatch_context_options",
    "_patch_options.py:DEFAULTS": "ppatch_patch_options",
    "groups.py:_options": "ppatch_group_options",
    "groups.py:group": "ppatch_group_options",
    "registration.py:_DEFAULTS": "ppatch_scene_options",
    "pairs.py:image_shift": "ppatch_resample_options",
    "pairs.py:image_warp": "ppatch_resample_options",
    "pairs.py:pair_mask": "ppatch_mask_options",
}
JULIA = {
    "context.jl:Context": "ppatch_context_options",
    "patches.jl:patch_options": "ppatch_patch_options",
    "groups.jl:group": "ppatch_group_options",
    "registration.jl:scene_options": "ppatch_scene_options",
    "pairs.jl:resample_options": "ppatch_resample_options",
    "pairs.jl:pair_mask": "ppatch_mask_options",
}
# Numbers that the command spells out; what is not here, its help takes from the library's 0.
COMMAND = [
    ("align_options.hpp", r"scene\.upsample = ([^;]+);", "ppatch_scene_options", "upsample"),
    ("align_options.hpp", r"scene\.false_alarm_limit = (?:scene\.\w+ = )*([^;]+);", "ppatch_scene_options",
     "false_alarm_limit"),
    ("align_options.hpp", r"scene\.ambiguity_limit = ([^;]+);", "ppatch_scene_options", "ambiguity_limit"),
    ("patch_settings.cpp", r"options\.group_size = ([^;]+);", "ppatch_patch_options", "group_size"),
    ("assemble.cpp", r"int64_t max_iterations = ([^;]+);", "ppatch_patch_solve_options", "max_iterations"),
    ("assemble.cpp", r"double tolerance = ([^;]+);", "ppatch_patch_solve_options", "tolerance"),
]
# Options whose names are not those of their members.
MEMBERS = {"jitter": "jitter_sigma", "constant": "constant_real", "samples": "group_count",
           "include_centre": "members", "sequential": "sampling"}
# The same, in one structure alone.
MEMBERS_OF = {("ppatch_patch_options", "seed"): "jitter_seed",
              ("ppatch_resample_options", "constant"): "constant"}
# Not of a structure.
OTHERS = {"context", "out", "first", "count", "shape"}
KEYWORD = re.compile(r"(\w+)(?:::\w+)? = ([^,;()]+)")


def python_defaults(text, place):
    """{name: value} of a function's arguments or of a dictionary."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == place:
            return ast.literal_eval(node.value)
        if isinstance(node, ast.FunctionDef) and node.name == place:
            given = node.args
            pairs = [*zip(given.args[len(given.args) - len(given.defaults):], given.defaults),
                     *zip(given.kwonlyargs, given.kw_defaults)]
            return {one.arg: ast.literal_eval(value) for one, value in pairs if value}
    return {}


def julia_defaults(text, place):
    """{name: value} of a function's keywords; choices with the generator's names."""
    found = re.search(rf"^ *function {place}\((.*?)\)(?: where .*)?$", text, re.MULTILINE | re.DOTALL)
    values = {"false": False, "true": True, "nothing": None}
    return {name: value[1:].replace("_", "-") if value.startswith(":") else values[value]
            if value in values else value.strip('"') if value.startswith('"') else float(value)
            for name, value in KEYWORD.findall(found[1] if found else "")
            if not value.startswith("default_context")}


def comment_of(text, structure, member):
    body = re.search(rf"struct {structure} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL)[1]
    found = re.search(rf"\b{member}(?:\[\d\])?;\s*/\*(.*?)\*/", body, re.DOTALL)
    return found[1] if found else ""


def wrong_in(api, choices_of, headers, structure, defaults):
    """What the headers contradict, as lines."""
    members = {one.name: one.type.base for one in api.structures[structure]}
    enumerations = {one.name: choices for _, choices, one in choices_of(api)}
    values = {one.name: one.values for one in api.enumerations}
    for name, default in defaults.items():
        member = MEMBERS_OF.get((structure, name)) or MEMBERS.get(name, name)
        if name in OTHERS or default is None or default == "":
            continue
        if member not in members:
            yield f"{name} is no member of {structure}"
        elif isinstance(default, str):
            kind = members[member]
            number = values[kind].get(enumerations[kind].get(default)) if kind in enumerations else None
            if number != 0:
                yield f"{name} is {default!r}, which is {number} in C"
        elif default != 0:
            documented = re.search(r"\b0: ([\d.]+(?:e-?\d+)?)", comment_of(headers, structure, member))
            if not documented or float(documented[1]) != default:
                yield f"{name} is {default}, and 0 means {documented and documented[1]} in C"


def wrong_defaults(source, cc, texts):
    sys.path.insert(0, str(source / "cmake/generate"))
    import headers
    import tables

    api = headers.Api(source / "include", cc)
    text = "\n".join(file.read_text() for file in sorted((source / "include/ptychopatch").glob("*.h")))
    wrong, count = [], 0
    for places, read in ((PYTHON, python_defaults), (JULIA, julia_defaults)):
        for place, structure in places.items():
            file, name = place.split(":")
            defaults = read(texts[file], name)
            count += len(defaults)
            if not defaults:
                wrong.append(f"{place}: no defaults are found there")
            wrong += [f"{place}: {line}"
                      for line in wrong_in(api, tables.choices_of, text, structure, defaults)]
    for file, pattern, structure, member in COMMAND:
        found = re.search(pattern, texts[file])
        count += 1
        wrong += [f"{file}: {line}" for line in
                  (wrong_in(api, tables.choices_of, text, structure, {member: float(found[1])}) if found
                   else [f"{member} is not found there"])]
    return wrong, count


BREAKS = [("_patch_options.py", '"boundary": "zero"', '"boundary": "edge"'),
          ("_patch_options.py", '"group_size": 1', '"group_size": 2'),
          ("registration.py", '"upsample": 1', '"upsample": 10'),
          ("groups.py", 'order: str = "drawn"', 'order: str = "distance"'),
          ("patches.jl", "anchor::Symbol = :corner", "anchor::Symbol = :half"),
          ("registration.jl", "plane_average::Symbol = :median", "plane_average::Symbol = :mean"),
          ("pairs.jl", "gain = 1.0", "gain = 2.0"),
          ("assemble.cpp", "double tolerance = 1e-10", "double tolerance = 1e-9"),
          ("align_options.hpp", "scene.upsample = 1;", "scene.upsample = 10;")]


def main(source, cc):
    source = pathlib.Path(source)
    texts = {file.name: file.read_text() for folder, ending in (("python/ptychopatch", "py"), ("julia/src", "jl"))
             for file in (source / "bindings" / folder).glob(f"*.{ending}")}
    texts |= {file.name: file.read_text() for file in (source / "apps/commands").rglob("*.?pp")}
    wrong, count = wrong_defaults(source, cc, texts)
    print(f"{count} defaults")
    if count < 100:
        wrong.append("expected at least 100 defaults: does this test still read them?")
    for file, right, broken in BREAKS:
        if right not in texts[file]:
            wrong.append(f"{file} has no {right!r} to break")
        elif not wrong and not wrong_defaults(source, cc, {**texts, file: texts[file].replace(right, broken, 1)})[0]:
            wrong.append(f"{file}: {broken!r} is not found")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
