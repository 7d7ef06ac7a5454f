# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and a polite kill in mid-run: status 3, one sentence, nothing left behind."""
import json
import signal
import subprocess
import unittest

import numpy as np

from command import COMMAND, CommandTest


class InterruptTest(CommandTest):
    def setUp(self):
        super().setUp()
        # Far more work than the test waits for.
        np.save(self.path("i.npy"), self.complex_image(200, 200))
        np.save(self.path("p.npy"), self.rng.uniform(0, 130, (30000, 2)))

    def interrupt(self, number):
        arguments = [COMMAND, "extract", "--image", "i.npy", "--positions", "p.npy", "-N", "64",
                     "--interp", "lanczos3", "--algorithm", "iterative", "-o", "out.npz",
                     "--montage", "m.png", "--progress=json", "-q"]
        before = self.listing()
        with subprocess.Popen(arguments, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                if json.loads(line)["fraction"] > 0:
                    break
            else:
                self.fail("it ended before it could be interrupted")
            process.send_signal(number)
            rest = process.stderr.read().splitlines()
        self.assertEqual(process.returncode, 3)
        messages = [line for line in rest if not line.startswith("{")]
        self.assertEqual(len(messages), 1, rest)
        self.assertIn("interrupted", messages[0])
        self.assertEqual(self.listing(), before)

    def test_interrupt(self):
        self.interrupt(signal.SIGINT)

    def test_terminate(self):
        self.interrupt(signal.SIGTERM)

    def test_kill_leaves_nothing_where_files_may_be_nameless(self):
        before = self.listing()
        with subprocess.Popen([COMMAND, "extract", "--image", "i.npy", "--positions", "p.npy",
                               "-N", "64", "-o", "out.npz", "--progress=json"], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                if line.startswith("{"):
                    break
            process.kill()
            process.stderr.read()
        self.assertNotIn("out.npz", [p.name for p in self.listing()])
        left = self.listing().keys() - before.keys()
        if left:
            self.skipTest(f"this file system cannot hold files without a name: {left}")


if __name__ == "__main__":
    unittest.main()
