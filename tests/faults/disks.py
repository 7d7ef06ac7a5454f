# SPDX-License-Identifier: Apache-2.0
"""No room: limits on a file's size and disks of any size, full at any byte."""
import shutil

import campaign


class Disks:
    def __init__(self, of):
        self.of = of
        self.inputs = of.work / "disks"
        self.inputs.mkdir()
        for arguments in (("simulate", "scan", "-o", "s.npz", "--size", "120", "-N", "16", "--count",
                           "200"),
                          ("extract", "s.npz", "-N", "16", "-o", "p.npz"),
                          ("simulate", "scene", "set", "--size", "212", "218", "--name", "a", "--iso",
                           "100", "800"),
                          ("simulate", "scene", "set", "--size", "212", "218", "--name", "b", "--iso",
                           "100")):
            ended = of.execute(self.inputs, *arguments, "-q")
            if ended.status != 0:
                raise RuntimeError(f"{arguments}: {ended}")
        align = ["align", "--layout", "rawnind", "set", "-q"]
        stack = ["align", *campaign.burst(self.inputs, "a"), "-q", "--records", "out/r.json"]
        self.jobs = [
            ["extract", "s.npz", "-N", "16", "-q", "-o", "out/o.npz"],
            ["extract", "s.npz", "-N", "16", "-q", "--compress", "-o", "out/o.npz", "--montage",
             "out/m.png"],
            ["extract", "s.npz", "-N", "16", "-q", "-o", "out/o.h5"],
            ["extract", "s.npz", "-N", "16", "-q", "--compress", "-o", "out/o.h5"],
            ["assemble", "p.npz", "-q", "-o", "out/o.npz", "--preview", "out/m.png"],
            ["group", "s.npz", "--gridsize", "2", "-K", "6", "-q", "-o", "out/o.npz"],
            ["simulate", "scan", "--size", "120", "--count", "100", "--seed", "3", "-q", "-o",
             "out/o.npz"],
            ["simulate", "scene", "out/set", "--size", "212", "218", "--iso", "100", "--seed", "3", "-q"],
            [*align, "-o", "out/r.json"], [*align, "-o", "out/r.csv", "--plot", "out/p.png"],
            [*align, "-o", "out/r.yaml", "--apply", "out/a", "--write-masks", "out/m"],
            *([*stack, "--stack", mode, "-o", f"out/s.{ending}"]
              for mode in ("mean", "clip") for ending in ("dng", "tif", "mrc", "h5", "npy")),
        ]
        self.wanted = []
        for job in self.jobs:
            folder = of.work / "disks-wanted"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(self.inputs, folder)
            (folder / "out").mkdir()
            ended = of.execute(folder, *job)
            if ended.status != 0:
                raise RuntimeError(f"{job}: {ended}")
            self.wanted.append(campaign.listing(folder / "out"))
        self.can_mount = shutil.which("unshare") is not None and self.on_disk(
            of.work, 1 << 20, ["true"]).status == 0

    def on_disk(self, folder, size, arguments):
        """Runs a program where the folder `out` is a disk of that size, and copies what is left to
        `left`."""
        script = ('mount -t tmpfs -o size="$1" tmpfs "$2" || exit 125; shift 2; "$@"; s=$?; '
                  "cp -r out/. left/; exit $s")
        (folder / "left").mkdir(exist_ok=True)
        (folder / "out").mkdir(exist_ok=True)
        return campaign.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", size,
                             "out", *arguments], folder)

    def case(self, number, folder):
        random = self.of.random("disks", number)
        chosen = random.randrange(len(self.jobs))
        job, wanted = self.jobs[chosen], self.wanted[chosen]
        at = folder / "files"
        shutil.copytree(self.inputs, at)
        largest = max(map(len, wanted.values()))
        if self.can_mount and random.random() < 0.5:
            total = sum(map(len, wanted.values()))
            size = random.randint(1, max(1, int(1.5 * total) // 4096)) * 4096
            ended = self.on_disk(at, size, [self.of.command, *job])
            left = at / "left"
        else:
            size = random.randint(0, int(1.1 * largest))
            (at / "out").mkdir()
            ended = self.of.execute(at, *job, prefix=["prlimit", f"--fsize={size}", "--"])
            left = at / "out"
        # An aligned image that cannot be written ends the run, after what was finished before.
        fault = campaign.fault_of(ended, (0,), (2, 3))
        found = campaign.listing(left)
        for path, data in found.items():
            if fault:
                break
            if path not in wanted:
                fault = f"left behind: {path}"
            elif data != wanted[path] and not self.earlier_records(path, data, wanted[path]):
                fault = f"{path} is half written"
        if not fault and ended.status == 0 and found != wanted:
            fault = f"done, but outputs are missing: {sorted(map(str, wanted.keys() - found.keys()))}"
        return [(f"{size} bytes: {fault}", job)] if fault else []

    @staticmethod
    def earlier_records(path, data, wanted):
        """Those of the scenes before."""
        if not path.name.startswith("r."):
            return False
        lines = wanted.splitlines()
        return all(any(line.rstrip(b",]") == other.rstrip(b",]") for other in lines)
                   for line in data.splitlines())


def run(of, seconds, cases=None):
    disks = Disks(of)
    if not disks.can_mount:
        print("no disk can be mounted here: files are limited instead")
    done, faults, took = of.repeat("disks", disks.case, seconds, cases)
    of.executions += done
    of.count("full disks that leave halves or no sentence", faults, done, took)
