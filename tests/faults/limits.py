# SPDX-License-Identifier: Apache-2.0
"""Too little of everything: memory by control group and by address space, open files, processes."""
import os
import pathlib
import shutil

import campaign

GROUPS = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"))
LOADER = b"error while loading shared libraries"


def make_group(name):
    """A control group's folder and the file with its limit; None where none may be made."""
    for folder, limit in GROUPS:
        group = pathlib.Path(folder, name)
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / limit).exists():
            return group, group / limit
        group.rmdir()
    return None


class Limits:
    def __init__(self, of):
        self.of = of
        self.inputs = of.work / "limits"
        self.inputs.mkdir()
        for arguments in (("simulate", "scan", "-o", "s.npz", "--size", "300", "-N", "32", "--count",
                           "300"),
                          ("extract", "s.npz", "-N", "32", "-o", "p.h5"),
                          ("simulate", "scene", "set", "--size", "600", "700", "--iso", "100", "800")):
            ended = of.execute(self.inputs, *arguments, "-q")
            if ended.status != 0:
                raise RuntimeError(f"{arguments}: {ended}")
        self.jobs = [
            (["info", "s.npz"], ()), (["info", "p.h5"], ()),
            (["extract", "s.npz", "-N", "32", "-q", "-o", "o.npz"], ("o.npz",)),
            (["extract", "s.npz", "-N", "32", "-q", "-o", "o.h5", "--compress"], ("o.h5",)),
            (["assemble", "p.h5", "-q", "-o", "o.npz", "--preview", "o.png"], ("o.npz", "o.png")),
            (["group", "s.npz", "--gridsize", "2", "-K", "6", "-q", "-o", "o.npz"], ("o.npz",)),
            (["align", "--layout", "rawnind", "set", "-q", "-o", "r.json"], ("r.json",)),
            (["align", "--layout", "rawnind", "set", "-q", "-o", "r.json", "--plot", "p.png"],
             ("r.json", "p.png")),
        ]
        # Less than what the program's own libraries take to load is no matter of ours.
        self.least = self.min_address_space()
        self.group = make_group(f"ptychopatch-faults-{os.getpid()}")
        # A sanitizer reserves more than any limit.
        self.ways = ["files"] + ["space"] * 3 * (of.scale == 1) + ["group"] * 2 * (
            self.group is not None and of.scale == 1)

    def min_address_space(self):
        low, high = 1, 4096
        while low + 1 < high:
            middle = (low + high) // 2
            ended = self.of.execute(self.inputs, "--version", prefix=["prlimit", f"--as={middle << 20}"])
            low, high = (low, middle) if ended.status == 0 else (middle, high)
        return high << 20

    def case(self, number, folder):
        random = self.of.random("limits", number)
        arguments, outputs = random.choice(self.jobs)
        at = folder / "files"
        shutil.copytree(self.inputs, at)
        before = campaign.listing(at)
        way = random.choice(self.ways)
        if way == "group":
            # One worker at a time has the group.
            with self.of.lock:
                limit = random.randint(24 << 20, 400 << 20)
                (self.group[1]).write_text(str(limit))
                prefix = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', self.group[0] / "cgroup.procs"]
                ended = self.of.execute(at, *arguments, prefix=prefix)
        elif way == "space":
            limit = self.least + random.choice((random.randint(0, 64), random.randint(0, 1024))) * (1 << 20)
            ended = self.of.execute(at, *arguments, prefix=["prlimit", f"--as={limit}", "--"])
        else:
            limit = random.randint(5, 24)
            ended = self.of.execute(at, *arguments, prefix=["prlimit", f"--nofile={limit}", "--"])
        if LOADER in ended.err:
            return []
        found = campaign.listing(at)
        extra = [str(path) for path in found.keys() - before.keys() if str(path) not in outputs]
        # Images that a child has no memory for are records.
        fault = campaign.fault_of(ended, (0, 1, 2) if "r.json" in map(str, found) else (0,))
        if not fault and extra:
            fault = f"left behind: {extra}"
        return [(f"{way} {limit}: {fault}", arguments)] if fault else []


def run(of, seconds, cases=None):
    limits = Limits(of)
    if limits.group is None:
        print("no control group can be made here: the address space is limited instead")
    try:
        done, faults, took = of.repeat("limits", limits.case, seconds, cases)
    finally:
        if limits.group is not None:
            limits.group[0].rmdir()
    of.executions += done
    of.count("limits of memory and files that end in no sentence", faults, done, took)
