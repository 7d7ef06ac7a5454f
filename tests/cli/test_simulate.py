# SPDX-License-Identifier: Apache-2.0
"""Simulated scans."""
import unittest

import numpy as np

from command import CommandTest


class SimulateTest(CommandTest):
    def simulate(self, *arguments):
        self.run_well("simulate", "scan", "-o", "s.npz", "--overwrite", *arguments)
        return self.load("s.npz")

    def test_keys_and_types(self):
        scan = self.simulate("--size", 96, 130, "-N", 32, "--count", 50, "--preview", "s.png")
        self.assertEqual(scan["objectGuess"].shape, (96, 130))
        self.assertEqual(scan["objectGuess"].dtype, np.complex128)
        self.assertEqual(scan["probeGuess"].shape, (32, 32))
        self.assertEqual(scan["xcoords"].shape, (50,))
        self.assertEqual(scan["ycoords"].dtype, np.float64)
        self.assertTrue(self.path("s.png").read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(self.metadata("s.npz")["schema"], "ptychopatch/scan")

    def test_patches_lie_within_the_object(self):
        for path in ("raster", "raster-jittered", "fermat"):
            for n in (31, 32):
                scan = self.simulate("--size", 90, 120, "-N", n, "--path", path)
                self.assertGreater(len(scan["xcoords"]), 100)
                for key, size in (("xcoords", 120), ("ycoords", 90)):
                    self.assertGreaterEqual(scan[key].min(), n // 2)
                    self.assertLessEqual(scan[key].max(), size - (n - n // 2))
                # So assembling needs nothing from outside: coverage is exact everywhere.
                self.run_well("extract", "s.npz", "-N", n, "-o", "p.npz", "--overwrite")
                self.run_well("assemble", "p.npz", "-o", "a.npz", "--overwrite")
                coverage = self.load("a.npz")["coverage"]
                self.assertAlmostEqual(coverage.sum() / (n * n * len(scan["xcoords"])), 1, 9)

    def test_seeds(self):
        arguments = ("--size", 80, "-N", 16, "--path", "raster-jittered")
        self.simulate(*arguments, "--seed", 3)
        first = self.path("s.npz").read_bytes()
        self.simulate(*arguments, "--seed", 3)
        self.assertEqual(self.path("s.npz").read_bytes(), first)
        other = self.simulate(*arguments, "--seed", 4)
        self.assertNotEqual(self.path("s.npz").read_bytes(), first)
        self.assertEqual(self.metadata("s.npz")["seed"], 4)
        self.assertGreater(np.abs(other["objectGuess"]).max(), 0.9)

    def test_an_object_as_small_as_a_patch(self):
        for path in ("raster", "fermat"):
            scan = self.simulate("--size", 16, "-N", 16, "--path", path)
            self.assertEqual(scan["xcoords"].tolist(), [8])
            self.simulate("--size", 16, "-N", 16, "--path", path, "--count", 1)
        self.simulate("--size", 1, "-N", 1, "--preview", "s.png")


if __name__ == "__main__":
    unittest.main()
