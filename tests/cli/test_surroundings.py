# SPDX-License-Identifier: Apache-2.0
"""What the command finds around it: open files, other writers, temporary folders, a full output."""
import errno
import json
import os
import pathlib
import resource
import signal
import subprocess

import numpy as np

import filters
import scenes
from command import COMMAND, CommandTest


SMALL = ("--size", 212, 218, "--iso", 100)


def few_files(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


class DescriptorsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.run_well("simulate", "scene", "set", *SMALL, "-q")

    def test_closed_ones_make_no_file_unreadable(self):
        arguments = ["align", "--layout", "rawnind", "set", "-o"]
        self.run_well(*arguments, "whole.json")
        for closed in ((0,), (1,), (2,), (0, 1), (0, 1, 2)):
            done = subprocess.run([COMMAND, *arguments, "r.json", "--overwrite"], cwd=self.folder,
                                  stderr=subprocess.DEVNULL,
                                  preexec_fn=lambda: [os.close(each) for each in closed])
            self.assertEqual(done.returncode, 0, closed)
            self.assertEqual(scenes.read_records(self.path("r.json")),
                             scenes.read_records(self.path("whole.json")))

    def test_what_is_printed_goes_to_no_file(self):
        for suffix in ("npz", "h5"):
            scan = f"scan.{suffix}"
            self.run_well("simulate", "scan", "-o", scan, "--count", 9, "-q")
            self.run_well("extract", scan, "-N", 16, "-o", "whole.npz", "--overwrite", "-q")
            for closed in ((0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)):
                done = subprocess.run([COMMAND, "extract", scan, "-N", "16", "-o", "p.npz",
                                       "--overwrite", "--progress=json"], cwd=self.folder,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      preexec_fn=lambda: [os.close(each) for each in closed])
                self.assertEqual(done.returncode, 0, closed)
                with np.load(self.path("p.npz")) as got, np.load(self.path("whole.npz")) as want:
                    np.testing.assert_array_equal(got["patches"], want["patches"])

    def test_a_closed_output_is_no_success(self):
        for arguments in (["--version"], ["align", "--layout", "rawnind", "set", "-o", "-"]):
            done = subprocess.run([COMMAND, *arguments], cwd=self.folder, stderr=subprocess.PIPE,
                                  preexec_fn=lambda: os.close(1))
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"cannot write standard output: Bad file descriptor", done.stderr)

    def test_too_few_are_a_sentence(self):
        # Below five the system's loader finds no libraries, and says so itself.
        for count in (5, 6, 8, 10):
            message = self.run_badly("align", "--layout", "rawnind", "set", "-o", "r.json", status=3,
                                     says=("8 more open files", "ulimit -n"),
                                     preexec_fn=few_files(count))
            self.assertIn(f"got {count - 3}", message)
        self.run_well("align", "--layout", "rawnind", "set", "-o", "r.json", "-q")

    def test_no_more_than_were_asked_for(self):
        done = self.execute("align", "--layout", "rawnind", "set", "-o", "r.json", "-q",
                            preexec_fn=few_files(11))
        self.assertEqual(done.returncode, 0, done.stderr)


class OutputTest(CommandTest):
    def test_a_full_output_says_so(self):
        np.savez(self.path("a.npz"), a=np.zeros((2, 2)))
        for arguments in (["--version"], ["--help"], ["extract", "--help"], ["info", "--json"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([COMMAND, *arguments], cwd=self.folder, stdout=full,
                                      stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr, b"ptychopatch: error: cannot write standard output: "
                                          b"No space left on device\n")

    def test_standard_output_where_no_temporary_folder_is_named(self):
        self.run_well("simulate", "scan", "-o", "scan.npz", "--count", 9, "-q")
        wanted = self.execute("extract", "scan.npz", "-N", 16, "-o", "-", "-q")
        self.assertEqual(wanted.returncode, 0, wanted.stderr)
        for folder in ("nowhere", "scan.npz", ""):
            done = self.execute("extract", "scan.npz", "-N", 16, "-o", "-", "-q",
                                env={**os.environ, "TMPDIR": folder})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(done.stdout), len(wanted.stdout))


class WritersTest(CommandTest):
    """A second writer of one output is refused while the first one lives."""

    def stopped(self, arguments, begun):
        """A command that is stopped once it has begun; skips the test where it has ended by then."""
        process = subprocess.Popen([COMMAND, *map(str, arguments)], cwd=self.folder,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while process.poll() is None and not begun():
            pass
        process.send_signal(signal.SIGSTOP)
        if process.poll() is not None:
            self.skipTest("it ended before it could be stopped")
        return process

    def check_refused(self, *arguments, says=()):
        done = self.execute(*arguments, "-q")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(b"is being written by another process", done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)

    def test_align(self):
        for name in "abcde":
            self.run_well("simulate", "scene", "set", *SMALL, 400, 1600, "--name", name, "-q")
        align = ("align", "--layout", "rawnind", "set", "-o")
        # The output is there after the first scene.
        first = self.stopped([*align, "r.json"], self.path("r.json").exists)
        os.symlink(self.folder, self.path("again"))
        for path in ("r.json", "./r.json", self.path("r.json"), "again/r.json"):
            self.check_refused(*align, path, "--overwrite")
            self.check_refused(*align, path, "--resume")
        # Another output of that name is another.
        os.mkdir(self.path("other"))
        self.run_well(*align, "other/r.json", "--shard", "1/5", "-q")
        first.kill()
        first.wait()
        # What was killed holds nothing, and nothing lies about.
        self.run_well(*align, "r.json", "--overwrite", "-q")
        self.assertEqual(len(scenes.read_records(self.path("r.json"))), 15)
        self.assertEqual({p.name for p in self.folder.iterdir()}, {"again", "other", "r.json", "set"})

    def test_simulated_scenes(self):
        first = self.stopped(["simulate", "scene", "set", "--size", 300, 400, "--name", "a", "--iso",
                              *[100] * 400],
                             lambda: list(self.folder.glob("set/src/Bayer/.a.tmp/gt/*")))
        for name in "ab":
            self.check_refused("simulate", "scene", "set", *SMALL, "--name", name,
                               says=[b"truth.json"])
        self.assertTrue(list(self.folder.glob("set/src/Bayer/.a.tmp/gt/*")),
                        "the second one leaves the first one's files alone")
        first.kill()
        first.wait()
        self.run_well("simulate", "scene", "set", *SMALL, "--name", "b", "-q")


class FilterTest(CommandTest):
    """Surroundings that do not let a process have a filter of system calls."""

    def deny(self):
        PR_SET_SECCOMP = 22
        filters.install((filters.number("seccomp"), None, None, filters.ERROR | errno.EPERM),
                        (filters.number("prctl"), 0, PR_SET_SECCOMP, filters.ERROR | errno.EPERM))

    def setUp(self):
        super().setUp()
        info = json.loads(self.run_well("info", "--json"))
        if not info["libraries"]["libseccomp"]:
            self.skipTest("built without libseccomp")
        if not info["decoders"]["filtered"] or not filters.known():
            self.skipTest("no filter can be had here")

    def test_nothing_is_decoded_without_one(self):
        self.write_scan("s.npz")
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.h5")
        self.run_well("simulate", "scene", "set", *SMALL, 100, "-q")
        raw = next(self.folder.glob("set/src/Bayer/simulated/*.dng"))
        self.assertIn("with a filter", self.run_well("info"))
        for file, library in (("p.h5", "HDF5"), (raw, "LibRaw")):
            self.run_well("info", file)
            self.run_badly("info", file, preexec_fn=self.deny,
                           says=(os.path.basename(file), "is not read", library, "filter",
                                 "PPATCH_SANDBOX=off"))
            done = self.execute("info", file, preexec_fn=self.deny,
                                env={**os.environ, "PPATCH_SANDBOX": "off"})
            self.assertEqual(done.returncode, 0, done.stderr)
        # What the process reads itself is read.
        self.assertEqual(self.execute("info", "s.npz", preexec_fn=self.deny).returncode, 0)

    def test_info_says_so(self):
        def decoders(**options):
            done = self.execute("info", "--json", **options)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)["decoders"]
        self.assertTrue(decoders()["filtered"])
        denied = decoders(preexec_fn=self.deny)
        self.assertFalse(denied["filtered"])
        self.assertIn("does not let them", denied["filter"])
        off = decoders(env={**os.environ, "PPATCH_SANDBOX": "off"})
        self.assertFalse(off["filtered"])
        self.assertIn("PPATCH_SANDBOX is off", off["filter"])


class ControlGroupTest(CommandTest):
    def make_group(self, limit):
        """A group that allows so many bytes, and the file that takes its processes."""
        for folder, file in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                             ("/sys/fs/cgroup", "memory.max")):
            group = pathlib.Path(folder, f"ptychopatch-test-{os.getpid()}")
            try:
                group.mkdir()
                self.addCleanup(group.rmdir)
                (group / file).write_text(str(limit))
                return group / "cgroup.procs"
            except OSError:
                continue
        self.skipTest("no control group can be made here")

    def test_its_limit_is_kept(self):
        processes = self.make_group(200_000_000)

        def join():
            processes.write_text(str(os.getpid()))

        np.save(self.path("small.npy"), scenes.smooth_noise(self.rng, 60, 60))
        shape = (10000, 8000)
        with open(self.path("large.npy"), "wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False,
                                                        "shape": shape})
            file.truncate(file.tell() + 4 * shape[0] * shape[1])
        done = self.execute("align", "--ref", "small.npy", "large.npy", "small.npy", "-o", "r.json",
                            preexec_fn=join)
        self.assertEqual(done.returncode, 1, done.stderr)
        large, small = scenes.read_records(self.path("r.json"))
        self.assertEqual((large["status"], small["status"]), ("unreadable", "ok"))
        for text in ("'large.npy'", "320.0 MB", "control group", "200.0 MB"):
            self.assertIn(text, large["reason"])


if __name__ == "__main__":
    import unittest
    unittest.main()
