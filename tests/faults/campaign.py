# SPDX-License-Identifier: Apache-2.0
"""What the parts of the campaign share: runs of the command, what a run may end with, and counts."""
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

PATIENCE = 180  # seconds after which a run counts as one that does not end
REPORT = re.compile(rb"Sanitizer|runtime error:|terminate called|stack smashing|free\(\)|malloc\(\)")
# What a killed process may leave: it never had the output's name.
TEMPORARY = re.compile(r"^\.ptychopatch-[0-9]+-[0-9]+\.tmp$")


@dataclass
class Ended:
    """How a run ended: its status (below zero: by that signal; None: not by itself)."""
    status: int
    out: bytes
    err: bytes


def run(arguments, folder, kill_after=None, number=signal.SIGKILL, patience=PATIENCE, **options):
    """Runs a program to its end, or for so many seconds and then sends it a signal."""
    with subprocess.Popen([os.fsencode(str(a)) if not isinstance(a, bytes) else a for a in arguments],
                          cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **options) as process:
        if kill_after is not None:
            try:
                out, err = process.communicate(timeout=kill_after)
                return Ended(process.returncode, out, err)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Ended(None, out, err)
        return Ended(process.returncode, out, err)


def fault_of(ended, good=(0,), bad=(2, 3)):
    """What is wrong with how a run ended, or None: a status that is expected, and of a bad one a
    sentence on standard error and nothing on standard output."""
    if ended.status is None:
        return "it does not end"
    if REPORT.search(ended.err):
        return "a report: " + ended.err.decode(errors="replace")[-4000:]
    if ended.status < 0:
        return f"ended by signal {-ended.status}"
    if ended.status in good:
        return None
    if ended.status not in bad:
        return f"exit status {ended.status}: {ended.err!r}"
    if not ended.err.startswith(b"ptychopatch: error: ") or ended.err.count(b"\n") != 1:
        return f"no sentence: {ended.err!r}"
    if ended.out:
        return f"refused, and wrote to standard output: {ended.out[:200]!r}"
    return None


def burst(folder, scene):
    """What aligns a simulated scene's images onto its reference, as they lie below the folder."""
    there = folder / "set/src/Bayer" / scene
    paths = [*(there / "gt").iterdir(), *sorted(there.glob("*.dng"))]
    return ["--ref", *(str(path.relative_to(folder)) for path in paths)]


def listing(folder):
    """Every file below the folder by its path, with its bytes."""
    return {path.relative_to(folder): path.read_bytes()
            for path in sorted(pathlib.Path(folder).rglob("*"))
            if path.is_file() and not path.is_symlink()}


class Campaign:
    """Counts what was run and what was wrong, and keeps the files of what was wrong."""

    def __init__(self, command, seed, work, keep, programs=None, data=None, jobs=None, scale=1):
        self.command, self.seed, self.programs, self.data = command, seed, programs, data
        self.work, self.keep = pathlib.Path(work), pathlib.Path(keep)
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.scale = scale  # how much longer a run takes than one of a release build
        self.executions = 0
        self.missed = []
        self.lock = threading.Lock()

    def random(self, *what):
        return random.Random("/".join(map(str, (self.seed, *what))))

    def execute(self, folder, *arguments, prefix=(), **options):
        """A run of the command."""
        return run([*prefix, self.command, *arguments], folder, **options)

    def finding(self, name, text, folder=None, arguments=()):
        """Keeps a folder, with what was run in it and what was wrong, for a look."""
        with self.lock:
            place = self.keep / name
            number = 1
            while place.exists():
                number += 1
                place = self.keep / f"{name}-{number}"
            place.mkdir(parents=True)
        if folder is not None:
            shutil.copytree(folder, place / "files", symlinks=True,
                            ignore_dangling_symlinks=True,
                            ignore=lambda at, names: [n for n in names if not
                                                      os.path.isdir(os.path.join(at, n)) and not
                                                      os.path.isfile(os.path.join(at, n))])
        shown = " ".join(map(repr, arguments))
        (place / "what").write_text(f"{shown}\n{text}\n", errors="backslashreplace")
        print(f"  {name}: {text[:400]}\n    {shown[:300]}\n    {place}", flush=True)

    def repeat(self, part, case, seconds, cases=None):
        """Calls case(number, folder), which answers a list of faults, (text, arguments), in threads,
        until the time is over or so many cases are done. Answers cases, faults and seconds."""
        begun = time.monotonic()
        counts = {"cases": 0, "faults": 0}

        def work(worker):
            folder = self.work / f"{part}-{worker}"
            number = worker
            while time.monotonic() - begun < seconds and (cases is None or number < cases):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                faults = case(number, folder)
                for text, arguments in faults:
                    self.finding(f"{part}-{number}", text, folder, arguments)
                with self.lock:
                    counts["cases"] += 1
                    counts["faults"] += bool(faults)
                number += self.jobs
            shutil.rmtree(folder, ignore_errors=True)

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(work, worker) for worker in range(self.jobs)]:
                done.result()
        return counts["cases"], counts["faults"], time.monotonic() - begun

    def line(self, what, value, limit, met):
        """A goal, ok or MISS."""
        print(f"{what:<60}  {value}  {limit}  {'ok' if met else 'MISS'}", flush=True)
        if not met:
            self.missed.append(what)

    def count(self, what, faults, cases, seconds=None):
        """How many of so many cases were wrong; no case at all is a miss, too."""
        rate = f" ({cases / seconds:.1f} a second)" if seconds else ""
        self.line(f"{what}, of {cases}{rate}", faults, 0, faults == 0 and cases > 0)
