# SPDX-License-Identifier: Apache-2.0
"""Runs that are killed at any moment and then made again: nothing is half written, and in the end the
files are those of a run that nobody disturbed."""
import shutil
import signal
import time

import campaign

SCENES, ISO = 6, (100, 800, 3200)
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
ATTEMPTS = 4  # runs of a case that are killed before one may end


class Job:
    """What is run, on the files of `inputs`; with `again` it is run after a kill."""

    def __init__(self, name, inputs, arguments, again=(), whole=True):
        self.name, self.inputs, self.arguments, self.again = name, inputs, arguments, again
        # Its outputs appear at once; else some of them may be there, each whole.
        self.whole = whole
        self.wanted, self.took = None, None


class Kills:
    def __init__(self, of):
        self.of = of
        self.work = of.work / "kills"
        self.work.mkdir()
        self.kills = 0
        scan, data = self.work / "scan", self.work / "data"
        scan.mkdir()
        data.mkdir()
        self.well(scan, "simulate", "scan", "-o", "s.npz", "--size", "200", "-N", "32", "--count",
                  "400", "--seed", of.seed, "-q")
        self.well(scan, "extract", "s.npz", "-N", "32", "-o", "p.npz", "-q")
        for i in range(SCENES):
            self.well(data, "simulate", "scene", "set", "--size", "212", "218", "--name", f"s{i}",
                      "--seed", of.seed + i, "--iso", *ISO, "-q")
        align = ["align", "--layout", "rawnind", "set", "-q"]
        files = ["--apply", "applied", "--write-masks", "masks", "--plot", "plot.svg"]
        stack = ["align", *campaign.burst(data, "s0"), "--records", "r.json", "-q", "--stack"]
        self.jobs = [
            Job("stack-mean", data, [*stack, "mean", "-o", "o.tif"], ("--overwrite",), False),
            Job("stack-clip", data, [*stack, "clip", "-o", "o.dng"], ("--overwrite",), False),
            Job("align", data, [*align, "-o", "r.json"], ("--resume",)),
            Job("align-csv", data, [*align, "-o", "r.csv"], ("--resume",)),
            Job("align-files", data, [*align, "-o", "r.yaml", *files], ("--resume", "--overwrite"), False),
            Job("extract", scan, ["extract", "s.npz", "-N", "32", "-o", "o.npz", "--montage", "o.png",
                                  "-q"], ("--overwrite",), False),
            Job("extract-h5", scan, ["extract", "s.npz", "-N", "32", "--compress", "-o", "o.h5", "-q"],
                ("--overwrite",)),
            Job("assemble", scan, ["assemble", "p.npz", "-o", "o.npz", "-q"], ("--overwrite",)),
            Job("group", scan, ["group", "s.npz", "--gridsize", "2", "-K", "6", "-o", "o.npz", "-q"],
                ("--overwrite",)),
            Job("simulate", scan, ["simulate", "scan", "--size", "300", "--count", "200", "--seed", "5",
                                   "-o", "o.npz", "-q"], ("--overwrite",)),
            Job("simulate-scene", scan, ["simulate", "scene", "o", "--size", "212", "218", "--seed", "5",
                                         "--iso", *ISO, "-q"], ("--overwrite",), False),
        ]
        # Those that go on with what is there are the point of it.
        self.weights = [3, 3, 6, 3, 6, 2, 2, 2, 2, 2, 2]
        for job in self.jobs:
            self.undisturbed(job)

    def well(self, folder, *arguments):
        ended = self.of.execute(folder, *arguments)
        if ended.status != 0:
            raise RuntimeError(f"{arguments}: {ended}")

    def undisturbed(self, job):
        folder = self.work / job.name
        shutil.copytree(job.inputs, folder)
        begun = time.monotonic()
        self.well(folder, *job.arguments)
        job.took = time.monotonic() - begun
        job.wanted = campaign.listing(folder)
        shutil.rmtree(folder)

    def case(self, number, folder):
        random = self.of.random("kills", number)
        job = random.choices(self.jobs, self.weights)[0]
        at = folder / "files"
        shutil.copytree(job.inputs, at)
        inputs = campaign.listing(at)
        arguments = list(job.arguments)
        for _ in range(random.randint(1, ATTEMPTS)):
            # Machines are busy: moments are counted from what it took when it was alone.
            sent = random.choice(SIGNALS)
            ended = self.of.execute(at, *arguments, kill_after=random.uniform(0, 1.2) * job.took,
                                    number=sent)
            with self.of.lock:
                self.kills += ended.status in (-sent, 3)
            if ended.status != -sent:
                fault = campaign.fault_of(ended, (0,), (3,))
                if fault:
                    return [(fault, arguments)]
            fault = self.half_written(job, at, inputs)
            if fault:
                return [(fault, arguments)]
            if ended.status == 0:
                break
            arguments = [*job.arguments, *job.again]
        ended = self.of.execute(at, *job.arguments, *job.again)
        fault = campaign.fault_of(ended, (0,), ())
        return [(fault or text, arguments) for text in [self.difference(job, at)] if fault or text]

    def found(self, at):
        return {path: data for path, data in campaign.listing(at).items()
                if not campaign.TEMPORARY.match(path.name)}

    def half_written(self, job, at, inputs):
        """Every input is as it was; every output is whole, or, of records, holds whole ones."""
        for path, data in self.found(at).items():
            if path in inputs:
                if data != inputs[path]:
                    return f"{path} has changed"
            elif any(part.startswith(".") for part in path.parts):
                continue  # a scene that is not yet there
            elif path not in job.wanted:
                return f"{path} is not one of the outputs"
            elif data != job.wanted[path] and not self.partial_records(job, path, data):
                return f"{path} is half written"
        return None

    @staticmethod
    def partial_records(job, path, data):
        """Whether it holds the first scenes' records, as a run has it that goes on."""
        if not path.name.startswith("r.") and path.name != "truth.json":
            return False
        lines, wanted = data.rstrip().splitlines(), job.wanted[path].splitlines()
        # Of a list in JSON, the last line ends otherwise, and closes it.
        return all(any(line.rstrip(b",]") == other.rstrip(b",]") for other in wanted)
                   for line in lines) and (path.suffix != ".json" or data.rstrip().endswith(b"]"))

    def difference(self, job, at):
        found = self.found(at)
        if found.keys() != job.wanted.keys():
            return f"other files: {sorted(map(str, found.keys() ^ job.wanted.keys()))}"
        wrong = [str(path) for path in found if found[path] != job.wanted[path]]
        return f"other bytes than undisturbed: {wrong}" if wrong else None


def run(of, seconds, cases=None):
    kills = Kills(of)
    done, faults, _ = of.repeat("kills", kills.case, seconds, cases)
    of.executions += kills.kills
    of.count(f"outputs that a kill harms or that differ in the end, {kills.kills} kills", faults, done)
