# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over every C and C++ source that git tracks; fails on any finding.

A source that no target of the build compiles is checked with the flags of the nearest one that is
compiled. One that came out clean is passed over the next time, until the source, a header that it
includes, its flags, the configuration or clang-tidy itself changes.
"""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, action="append",
                        help="a configured build folder; of several, the first that compiles a "
                             "source says how. What came out clean is noted in the first")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="check what came out clean too")
    parser.add_argument("regex", nargs="?", default="", help="only paths that this matches")
    return parser.parse_args()


def output_of(*command):
    return subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout


def digest(data):
    return hashlib.sha256(data).hexdigest()


def flags_of(entry):
    """What the compiler gets, but for its own name and where the object goes."""
    words = shlex.split(entry["command"])
    while not words[0].startswith("-"):
        words.pop(0)
    return [word for previous, word in zip([""] + words, words) if "-o" not in (previous, word)]


# Need headers that GCC keeps to itself.
OTHER_COMPILERS = {"capi/fortran/describe.c"}


class Sources:
    def __init__(self, arguments):
        self.builds = [build.resolve() for build in arguments.build]
        self.again = arguments.again
        self.entries = {}
        self.build_of = {}
        for build in self.builds:
            for entry in json.loads((build / "compile_commands.json").read_text()):
                if self.build_of.setdefault(entry["file"], build) == build:
                    self.entries.setdefault(entry["file"], []).append(entry)
        self.settings = (output_of("clang-tidy", "--version") +
                         (ROOT / ".clang-tidy").read_text())
        self.paths = [path for path in output_of("git", "ls-files", "*.c", "*.cpp").split("\n")
                      if path and path not in OTHER_COMPILERS and re.search(arguments.regex, path)]

    def settings_of(self, path):
        flags = [flags_of(entry) for entry in self.entries[str(ROOT / path)]]
        return digest((self.settings + json.dumps(flags)).encode())

    def note(self, path):
        return self.builds[0] / "tidy" / (path + ".json")

    def is_known_clean(self, path):
        if self.again or str(ROOT / path) not in self.entries or not self.note(path).exists():
            return False
        note = json.loads(self.note(path).read_text())
        if note["settings"] != self.settings_of(path):
            return False
        return all(pathlib.Path(name).is_file() and
                   digest(pathlib.Path(name).read_bytes()) == seen
                   for name, seen in note["read"].items())

    def files_read(self, path):
        """The digests of all that is read in compiling the source, by path; None where that fails."""
        names = set()
        compiler = "clang" if path.endswith(".c") else "clang++"
        for entry in self.entries[str(ROOT / path)]:
            run = subprocess.run([compiler, *flags_of(entry), "-M"], cwd=entry["directory"],
                                 capture_output=True, text=True)
            if run.returncode:
                return None
            names.update(str(pathlib.Path(entry["directory"], name).resolve())
                         for name in run.stdout.replace("\\\n", " ").split(":", 1)[1].split())
        return {name: digest(pathlib.Path(name).read_bytes()) for name in sorted(names)}

    def check(self, path):
        """What clang-tidy found; empty where it found nothing."""
        if self.is_known_clean(path):
            return ""
        compiled = str(ROOT / path) in self.entries
        # Taken before the check: what changes during it counts as changed since.
        read = self.files_read(path) if compiled else None
        build = self.build_of.get(str(ROOT / path), self.builds[0])
        run = subprocess.run(["clang-tidy", "-quiet", "-p", build, ROOT / path], cwd=ROOT,
                             capture_output=True, text=True)
        if run.returncode or run.stdout:
            return run.stdout or run.stderr or f"clang-tidy ended with {run.returncode}\n"
        if read:
            self.note(path).parent.mkdir(parents=True, exist_ok=True)
            self.note(path).write_text(
                json.dumps({"settings": self.settings_of(path), "read": read}))
        return ""


def main():
    arguments = parse_arguments()
    sources = Sources(arguments)
    if not sources.paths:
        sys.exit(f"tidy.py: no source that git tracks matches {arguments.regex}")
    unclean = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for path, found in zip(sources.paths, pool.map(sources.check, sources.paths)):
            if found:
                unclean += 1
                print(f"{path}\n{found}", flush=True)
    print(f"clang-tidy: {len(sources.paths)} sources, {unclean} with findings")
    sys.exit(1 if unclean else 0)


if __name__ == "__main__":
    main()
