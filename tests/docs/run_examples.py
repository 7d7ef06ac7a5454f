# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of a page, in their order and in one folder.

A page's Python blocks share one namespace. What they take for granted is made by preludes/PAGE.py beside
this file, which is run first and has run(), for lines of shell; its BEFORE holds code for a block that has a text.
Lines of shell blocks that call the command are run; C, C++ and Fortran programs are compiled and run,
fragments of Fortran within FRAGMENT of the prelude. A shell line or a block that is not run here needs an
entry in ELSEWHERE, which says where it is.

usage: run_examples.py PAGE --command PATH --build FOLDER
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# How a line or a block begins, and what runs it.
ELSEWHERE = {
    "scripts/": "continuous integration, and scripts/check.sh",
    "cmake ": "continuous integration",
    "ctest ": "continuous integration",
    "cc -std=c99": "tests/consume",
    "gfortran mine.f90": "tests/consume",
    "pip install ./bindings/python": "scripts/check.sh wheel",
    "find_package(": "tests/consume",
    "target_link_libraries(": "tests/consume",
    "benchmarks/": "benchmarks/tests",
    "python3 examples/reconstruct.py": "tests/python/reconstruct",
    "build/release/examples/example_reconstruct": "tests/python/reconstruct",
    "using Pkg": "a machine with Julia",
    "using Ptychopatch": "tests/julia/check_examples.py, which looks at their calls; a machine with Julia",
}
NOT_PROGRAMS = {"", "text", "json", "{toctree}", "{literalinclude}", "{eval-rst}", "mermaid"}
INSTALLED_ELSEWHERE = ("torch", "tensorflow", "cupy", "jax")


class Page:
    def __init__(self, path, command, build):
        self.path, self.build = path, build
        self.folder = pathlib.Path.cwd()
        # The command under its own name, wherever the build has it.
        tools = self.folder / ".bin"
        tools.mkdir()
        (tools / "ptychopatch").symlink_to(pathlib.Path(command).resolve())
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        self.names = {"__name__": "example", "run": self.shell}
        self.ran = self.skipped = 0

    def fail(self, text, reason):
        sys.exit(f"{self.path}: an example failed: {reason}\n{text}")

    def elsewhere(self, text):
        return any(text.startswith(begin) for begin in ELSEWHERE)

    def shell(self, line):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            self.fail(line, f"status {done.returncode}\n{done.stdout}{done.stderr}")
        self.ran += 1

    def shell_block(self, text):
        for line in re.sub(r"\\\n", " ", text).splitlines():
            line = line.split("  #")[0].strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("ptychopatch "):
                self.shell(line + ("" if "--dry-run" in line or " info" in line else " --overwrite"))
            elif not self.elsewhere(line):
                self.fail(line, "nothing runs it: see ELSEWHERE in tests/docs/run_examples.py")

    def prelude(self, path):
        exec(compile(path.read_text(), str(path), "exec"), self.names)

    def python_block(self, text):
        for name in INSTALLED_ELSEWHERE:
            if re.search(rf"\b{name}\b", text) and subprocess.run(
                    [sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode:
                print(f"skipped, no {name} here:\n{text}")
                self.skipped += 1
                return
        for begin, code in self.names.get("BEFORE", {}).items():
            text = code + text if begin in text else text
        try:
            exec(compile(text, str(self.path), "exec"), self.names)
        except Exception as error:  # noqa: BLE001 - whatever an example raises is its failure
            self.fail(text, repr(error))
        self.ran += 1

    def compiled(self, suffix, text, compiler, links):
        source = self.folder / f"example{suffix}"
        source.write_text(text)
        done = subprocess.run([*compiler, str(source), "-o", "example", *links], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            self.fail(text, f"it does not compile:\n{done.stderr}")
        self.shell("./example")

    def program(self, language, text):
        library = self.build / "capi"
        links = [f"-L{library}", "-lptychopatch", f"-Wl,-rpath,{library}"]
        include = f"-I{pathlib.Path(__file__).resolve().parents[2] / 'include'}"
        if language in ("c", "cpp"):
            compiler = ["cc", "-std=c99", "-Wall", "-Werror"] if language == "c" else ["c++", "-std=c++17", "-Wall"]
            self.compiled("." + language, text, [*compiler, include], links)
            return
        fortran = library / "fortran"
        if not fortran.is_dir():
            print(f"skipped, Fortran is not built:\n{text}")
            self.skipped += 1
            return
        if not text.lstrip().startswith("program"):
            text = self.names["FRAGMENT"].replace("...", text)
        modules = next(path.parent for path in fortran.rglob("ptychopatch.mod"))
        self.compiled(".f90", text, ["gfortran", f"-I{modules}", f"-L{fortran}"],
                      ["-lptychopatch_fortran", *links, f"-Wl,-rpath,{fortran}"])

    def block(self, language, text):
        if language in NOT_PROGRAMS or self.elsewhere(text):
            return
        if language == "sh":
            self.shell_block(text)
        elif language == "python":
            self.python_block(text)
        elif language in ("c", "cpp", "fortran"):
            self.program(language, text)
        else:
            self.fail(text, f"nothing runs examples in {language!r}")


def self_test(page):
    """An example that fails, and one that nothing runs, are told."""
    for language, text in (("python", "raise ValueError"), ("sh", "ptychopatch nothing"),
                           ("sh", "nobody runs this"), ("cobol", "x"), ("c", "int main(void) { return 1; }")):
        try:
            page.block(language, text)
        except SystemExit:
            continue
        sys.exit(f"this passed as an example in {language}: {text}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--command", required=True)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    options = parser.parse_args()
    text = options.page.read_text()
    build = options.build.resolve()
    preludes = pathlib.Path(__file__).resolve().parent / "preludes"
    prelude = preludes / f"{options.page.stem}.py"
    sys.path[:0] = [str(build / "bindings/python"), str(preludes)]
    command = pathlib.Path(options.command).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        page = Page(options.page, command, build)
        if options.page.name == "README.md":
            self_test(page)
        if prelude.exists():
            page.prelude(prelude)
        for found in FENCE.finditer(text):
            page.block(found[1], found[2])
        os.chdir("/")
    print(f"{options.page}: {page.ran} run, {page.skipped} skipped")


main()
