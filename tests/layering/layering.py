# SPDX-License-Identifier: Apache-2.0
"""Who may include whom.

math <- kernels <- scene <- {cpu, cuda}; core knows its own headers and math's plain types; capi <- core;
apps, bindings and examples know the public headers alone; only cuda/ includes CUDA's headers; the
public C header is C, with no build switches.

usage: layering.py SOURCE_DIR
       layering.py --self-test
"""
import pathlib
import re
import sys
import tempfile

# Layer, its folder, the layers whose headers it may include besides its own.
LAYERS = {
    "include": ("include", set()),
    "math": ("src/math", set()),
    "kernels": ("src/kernels", {"math"}),
    "core": ("src/core", {"math", "include"}),
    "scene": ("src/scene", {"kernels", "math", "core", "include"}),
    "cpu": ("src/cpu", {"scene", "kernels", "math", "core", "include"}),
    "cuda": ("cuda", {"scene", "kernels", "math", "core", "include"}),
    "capi": ("capi", {"core", "include"}),
    "apps": ("apps", {"include"}),
    "bindings": ("bindings", {"include"}),
    "examples": ("examples", {"include"}),
}
# Of math, core may know only plain types, limits, counts, and the numbers that jitter is drawn from.
CORE_MAY_KNOW = {
    "src/math/combination.hpp", "src/math/enums.hpp", "src/math/hd.hpp",
    "src/math/point_views.hpp", "src/math/position.hpp", "src/math/random.hpp",
    "src/math/views.hpp"}
# Highway and DUCC0 want their headers in quotes.
OTHERS_IN_QUOTES = ("hwy/", "ducc0/")
SUFFIXES = {".c", ".cpp", ".h", ".hpp", ".cu", ".cuh", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
CUDA_HEADER = re.compile(r"(^|/)(cuda|cufft|cub/|thrust/|cooperative_groups|device_launch|nv/)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def layer_of(path):
    for layer, (folder, _) in LAYERS.items():
        if path.startswith(folder + "/"):
            return layer
    return None


def resolve(root, including, name):
    """The path within the tree that an include names, or None."""
    folders = [including.parent, root / "src", root / "include", root, root / "apps", root / "cuda"]
    for folder in folders:
        found = (folder / name).resolve()
        if found.is_file() and root in found.parents:
            return found.relative_to(root).as_posix()
    return None


def check_include(root, path, quote, name):
    layer = layer_of(path)
    if CUDA_HEADER.search(name) and layer != "cuda" and resolve(root, root / path, name) is None:
        return f"includes {name}: CUDA's headers belong to cuda/"
    target = resolve(root, root / path, name)
    if target is None:
        if quote == '"' and not name.startswith(OTHERS_IN_QUOTES):
            return f"includes {name}, which is not in the tree"
        return None
    target_layer = layer_of(target)
    if target_layer is None:
        return f"includes {target}, which is in no layer"
    if target_layer != layer and target_layer not in LAYERS[layer][1]:
        return f"includes {target}: {layer} may not know {target_layer}"
    if layer == "core" and target_layer == "math" and target not in CORE_MAY_KNOW:
        return f"includes {target}: of math, core may know only {', '.join(sorted(CORE_MAY_KNOW))}"
    return None


def check_public_c_header(text):
    code = COMMENT.sub("", text)
    for name in re.findall(r"^\s*#\s*include\s*(\S+)", code, re.MULTILINE):
        if name != "<stdint.h>" and not re.fullmatch(r'"ptychopatch/\w+\.h"', name):
            yield f"includes {name}: the C header needs <stdint.h> alone"
    for line in re.findall(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*", code, re.MULTILINE):
        if not re.search(r"__cplusplus|_H_\b", line):
            yield f"has a build switch: {line.strip()}"
    outside = re.sub(r"#ifdef __cplusplus.*?#endif", "", code, flags=re.DOTALL)
    for word in ("class", "namespace", "template", "extern", "nullptr", "std::", "__device__"):
        if re.search(rf"\b{re.escape(word)}", outside):
            yield f"holds {word}: the C header is C"


def check(root):
    root = root.resolve()
    problems = []
    seen = set()
    for layer, (folder, _) in LAYERS.items():
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            path = file.relative_to(root).as_posix()
            seen.add(layer)
            text = file.read_text()
            for quote, name in INCLUDE.findall(COMMENT.sub("", text)):
                problem = check_include(root, path, quote, name)
                if problem:
                    problems.append(f"{path} {problem}")
            if layer == "include" and file.suffix == ".h":
                problems += [f"{path} {problem}" for problem in check_public_c_header(text)]
    for layer in {"include", "math", "kernels", "core", "cpu", "capi"} - seen:
        problems.append(f"{LAYERS[layer][0]} has no source: does this test still look in the right place?")
    return problems


SOUND = {
    "include/ptychopatch/ptychopatch.h": "#ifndef P_H_\n#define P_H_\n#include <stdint.h>\n#endif\n",
    "include/ptychopatch/part.h": '#include "ptychopatch/ptychopatch.h"\n',
    "include/ptychopatch/ptychopatch.hpp": '#include "ptychopatch/ptychopatch.h"\n',
    "src/math/enums.hpp": "#include <cstdint>\n",
    "src/math/taps.hpp": '#include "math/enums.hpp"\n',
    "src/kernels/extract.hpp": '#include "math/taps.hpp"\n',
    "src/core/backend.hpp": '#include "math/enums.hpp"\n#include "ptychopatch/ptychopatch.h"\n',
    "src/cpu/backend.cpp": '#include "core/backend.hpp"\n#include "kernels/extract.hpp"\n',
    "capi/api.cpp": '#include "core/backend.hpp"\n',
    "apps/main.cpp": '#include "ptychopatch/ptychopatch.hpp"\n',
    "cuda/backend.cu": '#include <cuda_runtime.h>\n#include "core/backend.hpp"\n',
}
# One line added to one file, and what the complaint must name.
VIOLATIONS = [
    ("src/math/taps.hpp", '#include "kernels/extract.hpp"', "kernels"),
    ("src/math/taps.hpp", "#include <cuda_runtime.h>", "CUDA"),
    ("src/kernels/extract.hpp", '#include "core/backend.hpp"', "core"),
    ("src/kernels/extract.hpp", '#include "nowhere.hpp"', "nowhere.hpp"),
    ("src/core/backend.hpp", '#include "kernels/extract.hpp"', "kernels"),
    ("src/core/backend.hpp", '#include "math/taps.hpp"', "taps.hpp"),
    ("src/core/backend.hpp", '#include "../cpu/backend.cpp"', "cpu"),
    ("src/cpu/backend.cpp", '#include "capi/api.cpp"', "capi"),
    ("src/cpu/backend.cpp", '#include "../../cuda/backend.cu"', "cuda"),
    ("capi/api.cpp", '#include "kernels/extract.hpp"', "kernels"),
    ("apps/main.cpp", '#include "core/backend.hpp"', "core"),
    ("apps/main.cpp", "#include <cufft.h>", "CUDA"),
    ("include/ptychopatch/ptychopatch.h", "#ifdef PTYCHOPATCH_CUDA\n#endif", "build switch"),
    ("include/ptychopatch/ptychopatch.h", "#include <stddef.h>", "stddef.h"),
    ("include/ptychopatch/ptychopatch.h", "namespace x {}", "namespace"),
    ("include/ptychopatch/part.h", "#include <stddef.h>", "stddef.h"),
    ("include/ptychopatch/ptychopatch.hpp", '#include "core/backend.hpp"', "core"),
]


def write_tree(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def self_test():
    """A sound tree passes and each violation is found."""
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        write_tree(root, SOUND)
        found = check(root)
        if found:
            sys.exit("a sound tree is refused: " + "; ".join(found))
        for path, line, word in VIOLATIONS:
            write_tree(root, {path: SOUND[path] + line + "\n"})
            found = check(root)
            if len(found) != 1 or path not in found[0] or word not in found[0]:
                sys.exit(f"{line} in {path} gave {found}, expected one complaint on {word}")
            write_tree(root, {path: SOUND[path]})


def main(argument):
    if argument == "--self-test":
        self_test()
        return
    problems = check(pathlib.Path(argument))
    if problems:
        sys.exit("\n".join(problems))


main(*sys.argv[1:])
