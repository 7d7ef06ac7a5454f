# SPDX-License-Identifier: Apache-2.0
"""No room: exit status 2, one sentence, nothing left behind."""
import os
import resource
import shutil
import subprocess
import unittest

import numpy as np

from command import COMMAND, CommandTest


class FullDiskTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write_scan("s.npz", shape=(80, 80), count=200)

    def test_full_device(self):
        self.run_badly("extract", "s.npz", "-N", 16, "-o", "/dev/full", says="No space left")
        self.run_badly("simulate", "scan", "--size", 64, "-N", 16, "-o", "/dev/full",
                       says="No space left")
        # The picture's file is the one without room: the other must not appear either.
        self.run_badly("extract", "s.npz", "-N", 16, "-o", "out.npz", "--montage", "/dev/full",
                       says="No space left")

    def test_full_standard_output(self):
        with open("/dev/full", "wb") as full:
            for arguments in (("info",), ("--help",), ("info", "s.npz", "--json")):
                done = subprocess.run([COMMAND, *arguments], cwd=self.folder, stdout=full,
                                      stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_file_size_limit(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        for extra in ((), ("--compress",)):
            self.run_badly("extract", "s.npz", "-N", 16, "-o", "out.npz", *extra,
                           says="out.npz", preexec_fn=limit)

    def test_no_room_for_hdf5(self):
        """At any byte of it: its library tries again at the end of the process, and leaks then."""
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.run_well("extract", "s.npz", "-N", 16, "-o", "whole.h5", "-q")
        size = self.path("whole.h5").stat().st_size
        # The thread sanitizer writes a file of its own at a program's beginning, and ends it at a limit of 0.
        least = 1 if "PTYCHOPATCH_SANITIZED" in os.environ else 0
        for extra in ((), ("--compress",)):
            for most in (least, 1000, *self.rng.integers(2000, size // 2, 6)):
                self.run_badly("extract", "s.npz", "-N", 16, "-o", "out.h5", *extra,
                               says=("out.h5", "File too large"),
                               env={**os.environ, "ASAN_OPTIONS": options.lstrip(":")},
                               preexec_fn=lambda:
                               resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most))))

    def test_no_room_for_an_aligned_image(self):
        self.run_well("simulate", "scene", "set", "--size", 212, 218, "--iso", 100, "-q")
        for most in (2000, 60_000):
            done = self.execute("align", "--layout", "rawnind", "set", "-o", "r.json", "--apply", "a",
                                "-q", preexec_fn=lambda:
                                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
            self.assertIn(done.returncode, (2, 3), done.stderr)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def on_tiny_disk(self, *arguments):
        """Runs the command in a mount namespace where folder `tiny` has 256 kB."""
        os.makedirs(self.path("tiny"), exist_ok=True)
        script = 'mount -t tmpfs -o size=256k tmpfs tiny && "$@"; s=$?; ls -A tiny >&2; exit $s'
        command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", COMMAND,
                   *map(str, arguments), "-q"]
        return subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)

    def test_tiny_disk(self):
        if shutil.which("unshare") is None:
            self.skipTest("no unshare")
        fits = self.on_tiny_disk("simulate", "scan", "--size", 40, "-N", 16, "-o", "tiny/o.npz")
        if fits.returncode != 0:
            self.skipTest("no mount namespace: " + fits.stderr.decode())
        self.assertEqual(fits.stderr, b"o.npz\n")
        np.save(self.path("noise.npy"), self.complex_image(80, 80))
        for arguments, says in (
                (("extract", "s.npz", "-N", 32), b"are free there"),
                (("extract", "s.npz", "-N", 32, "--compress"), b"No space left"),
                (("simulate", "scan", "--size", 256), b"No space left")):
            done = self.on_tiny_disk(*arguments, "-o", "tiny/o.npz")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
