# SPDX-License-Identifier: Apache-2.0
"""Mutated files of every format through `info`, `extract` and `align`."""
import json
import pathlib
import zipfile

import numpy as np

import campaign
import mutations
import seeds

BATCH = 24  # images of one run of align
WORDS = {"ok", "unreadable", "truncated", "no-image-data", "demosaiced", "not-a-mosaic", "unsupported",
         "flat", "saturated", "not-finite", "too-small", "unrelated", "ambiguous", "not-converged",
         "other-cfa", "reference", "no-reference"}


class Files:
    def __init__(self, of):
        self.of = of
        work = of.work / "seeds"
        self.good = work / "good"
        self.good.mkdir(parents=True)
        self.seeds = seeds.make_seeds(work, of.command, of.data)
        by_kind = {}
        for seed in self.seeds:
            by_kind.setdefault(seed.kind, []).append(seed)
        for name in ("a.png", "a.npy"):
            (self.good / name).write_bytes((work / "images" / name).read_bytes())
        np.save(self.good / "p.npy", np.array([[3.5, 4], [10, 12.25], [20, 21]]))
        self.records = self.make_records()
        by_kind["records"] = self.records
        self.by_kind = by_kind
        self.others = [seed.data for seed in self.seeds if len(seed.data) < 50_000]
        self.mutated = 0
        # How often each is taken: an image costs least, as many share a run.
        self.kinds = ["image"] * 6 + ["scan"] * 10 + ["array"] * 4 + ["index", "resume"]

    def make_records(self):
        made = []
        for suffix in (".json", ".csv", ".yaml"):
            ended = self.of.execute(self.good, "align", "--ref", "a.png", "a.npy", "a.png", "-q", "-o",
                                    f"r{suffix}")
            if ended.status != 0:
                raise RuntimeError(f"align: {ended}")
            path = self.good / f"r{suffix}"
            made.append(seeds.Seed("records", suffix, path.read_bytes()))
            path.unlink()
        return made

    def write(self, random, kind, path_of):
        """A mutated file, at path_of(suffix)."""
        # Large ones are slow to read: the first draw is for any, the second prefers small ones.
        drawn = [random.choice(self.by_kind[kind]) for _ in range(2)]
        seed = min(drawn, key=lambda each: len(each.data))
        path = path_of(seed.suffix)
        path.write_bytes(mutations.mutated(random, seed.data, self.others))
        with self.of.lock:
            self.mutated += 1
        return path.name

    def case(self, number, folder):
        random = self.of.random("files", number)
        kind = random.choice(self.kinds)
        return getattr(self, kind)(random, folder)

    def image(self, random, folder):
        names = [self.write(random, "image", lambda suffix, i=i: folder / f"m{i}{suffix}")
                 for i in range(BATCH)]
        arguments = ["align", "--ref", self.good / "a.png", *names, "-o", "out.json", "-q",
                     "--max-shift", "8"]
        if random.random() < 0.3:
            arguments += ["--cfa", random.choice(("RGGB", "XTRANS"))]
        if random.random() < 0.1:
            arguments += ["--apply", "applied", "--write-masks", "masks"]
        faults = self.aligned(folder, arguments, set(names))
        # One of them alone is the reference, another one is looked at.
        faults += self.single(folder, ["info", names[0]])
        if random.random() < 0.2:
            faults += self.aligned(folder, ["align", "--ref", names[1], self.good / "a.png", "-o",
                                            "second.json", "-q"], None, good=(0, 1, 2))
        return faults

    def scan(self, random, folder):
        name = self.write(random, "scan", lambda suffix: folder / f"m{suffix}")
        arguments = ["extract", name, "-N", "4", "-o", "out.npz", "-q"]
        if random.random() < 0.1:
            arguments += ["--image", self.good / "a.npy"]
        if random.random() < 0.3:
            arguments += ["--pixel-size", "1e-8", "--origin", "fit"]
        return self.single(folder, ["info", name]) + self.extracted(folder, arguments)

    def array(self, random, folder):
        name = self.write(random, "array", lambda suffix: folder / f"m{suffix or '.npy'}")
        what = random.randrange(3)
        image, positions = ((name, self.good / "p.npy"), (self.good / "a.npy", name),
                            (name, name))[what]
        return self.single(folder, ["info", name]) + self.extracted(
            folder, ["extract", "--image", image, "--positions", positions, "-N", "4", "-o",
                     "out.npz", "-q"])

    def index(self, random, folder):
        name = self.write(random, "index", lambda suffix: folder / "index.yaml")
        return self.single(folder, ["align", "--layout", "rawnind", "--index", name, "--dry-run"],
                           good=(0, 1))

    def resume(self, random, folder):
        name = self.write(random, "records", lambda suffix: folder / f"out{suffix}")
        arguments = ["align", "--ref", self.good / "a.png", self.good / "a.npy", "-q", "--resume",
                     "-o", name]
        before = (folder / name).read_bytes()
        ended = self.of.execute(folder, *arguments)
        fault = campaign.fault_of(ended, (0, 1))
        if not fault and ended.status > 1 and (folder / name).read_bytes() != before:
            fault = "refused, and the records are not what they were"
        return self.verdict(folder, arguments, fault, {name})

    def verdict(self, folder, arguments, fault, outputs=()):
        """Adds what was left behind that is no input and no output."""
        left = [path.name for path in folder.iterdir()
                if path.name not in outputs and not path.name.startswith("m")
                and path.name not in ("index.yaml", "applied", "masks")]
        if not fault and left:
            fault = f"left behind: {left}"
        return [(fault, arguments)] if fault else []

    def single(self, folder, arguments, good=(0,)):
        return self.verdict(folder, arguments,
                            campaign.fault_of(self.of.execute(folder, *arguments), good))

    def extracted(self, folder, arguments):
        ended = self.of.execute(folder, *arguments)
        fault = campaign.fault_of(ended)
        out = folder / "out.npz"
        if not fault and out.exists() != (ended.status == 0):
            fault = f"exit status {ended.status}, and the output is there: {out.exists()}"
        if not fault and out.exists():
            try:
                with np.load(out) as archive:
                    archive["patches"], archive["positions"]
            except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
                fault = f"the output cannot be read: {error}"
        faults = self.verdict(folder, arguments, fault, {"out.npz"})
        out.unlink(missing_ok=True)
        return faults

    def aligned(self, folder, arguments, names, good=(0, 1, 2)):
        """Every image has its record, or nothing is written and a sentence says why."""
        ended = self.of.execute(folder, *arguments)
        out = folder / arguments[arguments.index("-o") + 1]
        fault = campaign.fault_of(ended, good if out.exists() else (0,))
        if not fault and out.exists():
            try:
                records = json.loads(out.read_bytes())
                files = {pathlib.Path(r["f_fpath"].rsplit("[", 1)[0]).name for r in records}
                if names is not None and files != names:
                    fault = f"images without a record: {names - files}"
                wrong = {r["status"] for r in records} - WORDS
                if wrong:
                    fault = f"unknown words: {wrong}"
                if any(not r["reason"] for r in records if r["status"] != "ok"):
                    fault = "a refusal without a reason"
            except (ValueError, KeyError, TypeError) as error:
                fault = f"the records cannot be read: {error!r}"
        faults = self.verdict(folder, arguments, fault, {out.name})
        out.unlink(missing_ok=True)
        return faults


def run(of, seconds, cases=None):
    files = Files(of)
    _, faults, took = of.repeat("files", files.case, seconds, cases)
    of.executions += files.mutated
    of.count("mutated files that end in no sentence or leave halves", faults, files.mutated, took)
