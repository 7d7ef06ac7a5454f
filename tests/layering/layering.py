# SPDX-License-Identifier: Apache-2.0
"""Where a file may stand, and who may include whom.

Layers: math <- kernels <- core <- {cpu, cuda}; capi <- core; apps, bindings and examples know the
public headers alone; the public C header is C, with no build switches; CUDA is named in cuda/runtime.

Families: patches, groups and registration are folders of the library's layers. A file of a family
includes no other family; what lies beside the folders serves at least two of them; src/kernels holds
what both the CPU's and CUDA's code reach.

Names: no two headers that a library or module is made of define a class of one name.

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
    "core": ("src/core", {"kernels", "math", "include"}),
    "cpu": ("src/cpu", {"kernels", "math", "core", "include"}),
    "cuda": ("cuda", {"kernels", "math", "core", "include"}),
    "capi": ("capi", {"core", "include"}),
    "apps": ("apps", {"include"}),
    "bindings": ("bindings", {"include"}),
    "examples": ("examples", {"include"}),
}
FAMILIES = {"patches", "groups", "registration"}
WITH_FAMILIES = {"math", "kernels", "core", "cpu", "cuda"}
# Highway and DUCC0 want their headers in quotes; choices.hpp is made of the public headers in a build.
OTHERS_IN_QUOTES = ("hwy/", "ducc0/", "choices.hpp")
SUFFIXES = {".c", ".cpp", ".h", ".hpp", ".cu", ".cuh", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
CUDA_HEADER = re.compile(r"(^|/)(cuda|cufft|cub/|thrust/|cooperative_groups|device_launch|nv/)")
NAMES_CUDA = re.compile(r"\bcu(?:da|fft)[A-Z]\w*\s*\(|<<<|__global__|__shared__|__syncthreads|__CUDA_ARCH__|"
                        r"__(?:ld|st)(?:g|c[agsv]|w[bt])\b|\b(?:make_)?(?:float|double|int)[234]\b")
CUDA_RUNTIME = "cuda/runtime/"
CLASS = re.compile(r"^(?:class|struct) (\w+)[^;{()]*\{", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
C_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def layer_of(path):
    for layer, (folder, _) in LAYERS.items():
        if path.startswith(folder + "/"):
            return layer
    return None


def family_of(path):
    """The family whose folder holds a file of the library's layers, or None."""
    layer = layer_of(path)
    if layer not in WITH_FAMILIES:
        return None
    first = path[len(LAYERS[layer][0]) + 1:].split("/")[0]
    return first if first in FAMILIES else None


def resolve(root, including, name):
    """The path within the tree that an include names, or None."""
    folders = [including.parent, root / "src", root / "include", root, root / "apps"]
    for folder in folders:
        found = (folder / name).resolve()
        if found.is_file() and root in found.parents:
            return found.relative_to(root).as_posix()
    return None


def check_include(root, path, quote, name):
    layer = layer_of(path)
    target = resolve(root, root / path, name)
    if target is None:
        if CUDA_HEADER.search(name) and not path.startswith(CUDA_RUNTIME):
            return f"includes {name}: CUDA's headers belong to {CUDA_RUNTIME}"
        if quote == '"' and not name.startswith(OTHERS_IN_QUOTES):
            return f"includes {name}, which is not in the tree"
        return None
    target_layer = layer_of(target)
    if target_layer is None:
        return f"includes {target}, which is in no layer"
    if target_layer != layer and target_layer not in LAYERS[layer][1]:
        return f"includes {target}: {layer} may not know {target_layer}"
    families = {family_of(path), family_of(target)} - {None}
    if len(families) == 2:
        return f"includes {target}: {family_of(path)} may not know {family_of(target)}"
    return None


def check_public_c_header(text):
    code = C_COMMENT.sub("", text)
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


def check_names(texts):
    """Classes that two headers of what is linked together define; those of SIMD loops have namespaces
    of their own."""
    for backend in ("cpu", "cuda"):
        homes = {}
        for path, text in sorted(texts.items()):
            linked = layer_of(path) in ("math", "kernels", "core", backend)
            if not linked or not path.endswith(".hpp") or path.endswith("-inl.hpp"):
                continue
            for name in CLASS.findall(COMMENT.sub("", text)):
                home = homes.setdefault(name, path)
                told = backend == "cuda" and "cuda" not in (layer_of(path), layer_of(home))
                if home != path and not told:
                    yield path, f"defines {name}, as {home} does"


def reached_from(layer, includes):
    """Files that a layer's files include, directly or through others."""
    todo = [path for path in includes if layer_of(path) == layer]
    found = set(todo)
    while todo:
        for target in includes.get(todo.pop(), ()):
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def check_places(includes):
    """Files that stand in the wrong folder, by who includes them and whom they include."""
    both = reached_from("cpu", includes) & reached_from("cuda", includes)
    users = {}
    for path, targets in includes.items():
        for target in targets:
            users.setdefault(target, set()).add(path)
    for path, targets in sorted(includes.items()):
        layer = layer_of(path)
        if layer not in WITH_FAMILIES:
            continue
        if layer == "kernels" and path not in both:
            yield path, "is not reached by both src/cpu and cuda: src/kernels holds what they share"
        if path.endswith("-inl.hpp") and (layer != "cpu" or not users.get(path)):
            yield path, "holds SIMD loops, which belong beside an engine of src/cpu that includes them"
        if family_of(path):
            continue
        for folder in pathlib.PurePosixPath(path).parts[:-1]:
            if folder in FAMILIES:
                yield path, f"stands below {folder}, but not in the layer's own folder of that name"
        known = {family_of(target) for target in targets} - {None}
        using = {family_of(user) for user in users.get(path, ())
                 if layer_of(user) in WITH_FAMILIES and user != path}
        own = pathlib.PurePosixPath(path).with_suffix("").as_posix()
        using |= {None} if any(pathlib.PurePosixPath(user).with_suffix("").as_posix() != own
                               and family_of(user) is None for user in users.get(path, ())) else set()
        if len(known) == 1:
            yield path, f"includes the family {known.pop()} alone: does it belong there?"
        elif path.endswith((".hpp", ".h", ".cuh")) and len(using) == 1 and None not in using:
            yield path, f"is included by {using.pop()} alone: does it belong there?"


def check(root):
    root = root.resolve()
    problems = []
    includes, texts = {}, {}
    for layer, (folder, _) in LAYERS.items():
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            path = file.relative_to(root).as_posix()
            text = file.read_text()
            includes[path] = []
            texts[path] = text
            for quote, name in INCLUDE.findall(C_COMMENT.sub("", text)):
                problem = check_include(root, path, quote, name)
                if problem:
                    problems.append(f"{path} {problem}")
                else:
                    includes[path] += filter(None, [resolve(root, file, name)])
            if layer == "include" and file.suffix == ".h":
                problems += [f"{path} {problem}" for problem in check_public_c_header(text)]
            if layer in WITH_FAMILIES and not path.startswith(CUDA_RUNTIME):
                word = NAMES_CUDA.search(COMMENT.sub("", text))
                if word:
                    problems.append(f"{path} names CUDA ({word.group()}): {CUDA_RUNTIME} alone does")
    problems += [f"{path} {problem}" for path, problem in check_places(includes)]
    problems += [f"{path} {problem}" for path, problem in check_names(texts)]
    for layer in LAYERS.keys() - {layer_of(path) for path in includes} - {"apps", "bindings", "examples", "cuda"}:
        problems.append(f"{LAYERS[layer][0]} has no source: does this test still look in the right place?")
    return problems


SOUND = {
    "include/ptychopatch/ptychopatch.h": "#ifndef P_H_\n#define P_H_\n#include <stdint.h>\n#endif\n",
    "include/ptychopatch/part.h": '#include "ptychopatch/ptychopatch.h"\n',
    "include/ptychopatch/ptychopatch.hpp": '#include "ptychopatch/ptychopatch.h"\n',
    "src/math/taps.hpp": "#include <cstdint>\nstruct Taps {\n};\nstruct Later;\n",
    "src/kernels/patches/extract.hpp": '#include "math/taps.hpp"\n',
    "src/kernels/groups/draw.hpp": '#include "math/taps.hpp"\n',
    "src/core/backend.hpp": '#include "core/patches/engine.hpp"\n#include "core/groups/engine.hpp"\n'
                            '#include "ptychopatch/ptychopatch.h"\n',
    "src/core/patches/engine.hpp": '#include "core/error.hpp"\n',
    "src/core/groups/engine.hpp": '#include "core/error.hpp"\n',
    "src/core/error.hpp": "",
    "src/cpu/patches/engine.cpp": '#include "core/backend.hpp"\n#include "kernels/patches/extract.hpp"\n',
    "src/cpu/groups/engine.cpp": '#include "kernels/groups/draw.hpp"\n',
    "capi/api.cpp": '#include "core/backend.hpp"\n',
    "apps/main.cpp": '#include "ptychopatch/ptychopatch.hpp"\n',
    "cuda/runtime/device.hpp": "",
    "cuda/runtime/device.cu": '#include <cuda_runtime.h>\n#include "core/backend.hpp"\nint n = cudaFree(0);\n',
    "cuda/patches/engine.cpp": '#include "kernels/patches/extract.hpp"\n#include "cuda/runtime/device.hpp"\n',
    "cuda/groups/engine.cpp": '#include "kernels/groups/draw.hpp"\n#include "cuda/runtime/device.hpp"\n',
}
# A line added to a file, and what the complaint must name.
VIOLATIONS = [
    ("src/math/taps.hpp", '#include "kernels/patches/extract.hpp"', "kernels"),
    ("src/core/groups/engine.hpp", "struct Taps { int n; };", "defines Taps"),
    ("src/kernels/patches/extract.hpp", "#include <cuda_runtime.h>", "CUDA"),
    ("src/kernels/patches/extract.hpp", '#include "core/error.hpp"', "core"),
    ("src/kernels/patches/extract.hpp", '#include "kernels/groups/draw.hpp"', "groups"),
    ("src/kernels/patches/extract.hpp", '#include "nowhere.hpp"', "nowhere.hpp"),
    ("src/kernels/patches/lonely.hpp", "", "both"),
    ("src/core/only_patches.hpp", '#include "core/patches/engine.hpp"', "patches alone"),
    ("src/core/backend.hpp", '#include "../cpu/patches/engine.cpp"', "cpu"),
    ("src/cpu/patches/engine.cpp", '#include "capi/api.cpp"', "capi"),
    ("src/cpu/patches/engine.cpp", '#include "../../../cuda/runtime/device.hpp"', "cuda"),
    ("src/cpu/threads/patches/arena.hpp", "", "own folder"),
    ("cuda/patches/engine.cpp", '#include "cuda/groups/engine.cpp"', "groups"),
    ("cuda/patches/engine.cpp", "void f() { cudaFree(nullptr); }", "names CUDA"),
    ("cuda/patches/engine.cpp", "void f(float2 x) {}", "names CUDA"),
    ("cuda/patches/engine.cpp", "#include <cufft.h>", "CUDA"),
    ("src/cpu/patches/unused-inl.hpp", "", "SIMD"),
    ("capi/api.cpp", '#include "kernels/patches/extract.hpp"', "kernels"),
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
        write_tree(root, {"cuda/runtime/device.hpp": "class Taps final : Base {\n};\n"})
        found = check(root)
        if len(found) != 1 or "defines Taps" not in found[0]:
            sys.exit(f"two classes of one name gave {found}")
        write_tree(root, {"cuda/runtime/device.hpp": ""})
        # A header in a common folder that one family alone includes.
        write_tree(root, {"src/core/near.hpp": "", "src/core/groups/x.hpp": '#include "core/near.hpp"\n'})
        found = check(root)
        if len(found) != 1 or "included by groups alone" not in found[0]:
            sys.exit(f"a header of one family in a common folder gave {found}")
        for extra in ("src/core/near.hpp", "src/core/groups/x.hpp"):
            (root / extra).unlink()
        for path, line, word in VIOLATIONS:
            write_tree(root, {path: SOUND.get(path, "") + line + "\n"})
            found = check(root)
            if len(found) != 1 or path not in found[0] or word not in found[0]:
                sys.exit(f"{line} in {path} gave {found}, expected one complaint on {word}")
            if path in SOUND:
                write_tree(root, {path: SOUND[path]})
            else:
                (root / path).unlink()


def main(argument):
    if argument == "--self-test":
        self_test()
        return
    problems = check(pathlib.Path(argument))
    if problems:
        sys.exit("\n".join(problems))


main(*sys.argv[1:])
