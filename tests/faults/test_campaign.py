# SPDX-License-Identifier: Apache-2.0
"""The campaign sees what it looks for: each fault of a command that has it is told."""
import os
import pathlib
import random
import stat
import tempfile
import unittest
import zipfile

import campaign
import kills
import mutations


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ptychopatch-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, script):
        path = self.folder / "command"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def fault(self, script, *statuses, **options):
        return campaign.fault_of(campaign.run([self.command(script)], self.folder, **options), *statuses)

    def test_what_is_right_is_no_fault(self):
        self.assertIsNone(self.fault("echo done"))
        self.assertIsNone(self.fault("exit 1", (0, 1)))
        self.assertIsNone(self.fault("echo 'ptychopatch: error: no file' >&2; exit 2"))

    def test_each_fault_is_told(self):
        for script, says in (("kill -SEGV $$", "signal 11"), ("exit 1", "exit status 1"),
                             ("echo 'ptychopatch: error: a' >&2; echo b >&2; exit 2", "no sentence"),
                             ("exit 2", "no sentence"), ("echo oops >&2; exit 3", "no sentence"),
                             ("echo half; echo 'ptychopatch: error: a' >&2; exit 2", "standard output"),
                             ("echo 'ERROR: AddressSanitizer: heap' >&2", "a report"),
                             ("echo 'a.cpp:1: runtime error: x' >&2; exit 2", "a report")):
            self.assertIn(says, self.fault(script) or "", script)
        self.assertIn("does not end", self.fault("exec sleep 60", patience=0.2))

    def test_a_kill_is_the_campaigns_own(self):
        ended = campaign.run([self.command("exec sleep 60")], self.folder, kill_after=0.1)
        self.assertEqual(ended.status, -9)

    def test_findings_are_kept_and_counted(self):
        of = campaign.Campaign("true", 1, self.folder / "work", self.folder / "found", jobs=2)

        def case(number, folder):
            (folder / "input").write_text(str(number))
            return [("wrong", ["x"])] if number in (3, 4) else []

        self.assertEqual(of.repeat("part", case, 1e9, 10)[:2], (10, 2))
        for number in (3, 4):
            place = self.folder / f"found/part-{number}"
            self.assertEqual((place / "files/input").read_text(), str(number))
            self.assertIn("wrong", (place / "what").read_text())
        of.count("good", 0, 5)
        self.assertEqual(of.missed, [])
        of.count("bad", 1, 5)
        of.count("none", 0, 0)
        self.assertEqual(of.missed, ["bad, of 5", "none, of 0"])

    def test_half_written_outputs_are_told(self):
        job = kills.Job("j", self.folder, [])
        at = self.folder / "at"
        at.mkdir()
        (at / "in").write_bytes(b"input")
        inputs = campaign.listing(at)
        name = pathlib.Path("o.npz")
        records = pathlib.Path("r.json")
        job.wanted = {**inputs, name: b"whole", records: b"[\n{1},\n{2}\n]\n"}
        of = kills.Kills.__new__(kills.Kills)

        def check():
            return str(of.half_written(job, at, inputs))

        for content, fault in ((None, None), (b"whole", None), (b"who", "half written")):
            (at / name).unlink(missing_ok=True)
            if content is not None:
                (at / name).write_bytes(content)
            self.assertIn(fault or "None", check())
        (at / name).unlink()
        for content, fault in ((b"[\n{1}\n]\n", None), (b"[\n{1},\n{", "half"), (b"[\n{3}\n]\n", "half"),
                               (b"[\n{1},\n", "half")):
            (at / records).write_bytes(content)
            self.assertIn(fault or "None", check(), content)
        (at / records).unlink()
        (at / ".ptychopatch-1-2.tmp").write_bytes(b"x")
        self.assertEqual(check(), "None")
        (at / "other").write_bytes(b"x")
        self.assertIn("not one of the outputs", check())
        (at / "other").unlink()
        (at / "in").write_bytes(b"changed")
        self.assertIn("has changed", check())


class Mutations(unittest.TestCase):
    def test_they_repeat_and_differ(self):
        data = bytes(range(256)) * 4
        made = [mutations.mutated(random.Random(seed), data, [data]) for seed in range(200)]
        self.assertEqual(made, [mutations.mutated(random.Random(seed), data, [data])
                                for seed in range(200)])
        self.assertGreater(sum(each != data for each in made), 180)

    def test_members_of_archives_are_harmed_behind_their_checksums(self):
        path = pathlib.Path(tempfile.mkstemp()[1])
        self.addCleanup(os.unlink, path)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.npy", bytes(500))
        data = path.read_bytes()
        harmed = 0
        for seed in range(50):
            path.write_bytes(mutations.inside_zip(random.Random(seed), data, [b"other"]))
            with zipfile.ZipFile(path) as archive:
                self.assertIsNone(archive.testzip())
                harmed += archive.read("a.npy") != bytes(500)
        self.assertGreater(harmed, 25)


if __name__ == "__main__":
    unittest.main()
