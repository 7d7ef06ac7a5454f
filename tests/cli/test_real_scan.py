# SPDX-License-Identifier: Apache-2.0
"""A real scan, against the definition."""
import unittest

import numpy as np

import reference
from command import DATA, CommandTest

SCAN = DATA / "ptycho" / "Run1084_recon3_postPC.npz"


@unittest.skipUnless(SCAN.is_file(), f"no real scan at {SCAN}")
class RealScanTest(CommandTest):
    def setUp(self):
        super().setUp()
        with np.load(SCAN) as scan:
            self.image = scan["objectGuess"]
            self.positions = np.stack([scan["xcoords"], scan["ycoords"]], 1)

    def test_patches(self):
        for dtype, limit in (("c128", 1e-12), ("c64", 1e-6)):
            for interpolation in ("bilinear", "lanczos3"):
                self.run_well("extract", SCAN, "-N", 64, "--dtype", dtype, "--interp",
                              interpolation, "-o", "p.npz", "--overwrite", "--montage", "m.png")
                out = self.load("p.npz")
                self.assertEqual(out["patches"].shape, (1087, 64, 64))
                np.testing.assert_array_equal(out["positions"], self.positions)
                chosen = self.rng.choice(1087, 200, replace=False)
                expected = reference.patches(self.image, self.positions[chosen], 64,
                                             anchor="half", axes="xy",
                                             interpolation=interpolation)
                error = np.abs(out["patches"][chosen] - expected).max()
                self.assertLessEqual(error, limit * np.abs(expected).max())

    def test_whole_positions_give_the_object_back(self):
        whole = np.round(self.positions)
        np.savez(self.path("s.npz"), objectGuess=self.image, xcoords=whole[:, 0],
                 ycoords=whole[:, 1])
        self.run_well("extract", "s.npz", "-N", 64, "-o", "p.npz")
        self.run_well("assemble", "p.npz", "-o", "a.npz", "--preview", "a.png")
        out = self.load("a.npz")
        covered = out["coverage"] != 0
        self.assertGreater(covered.mean(), 0.3)
        error = np.abs(out["image"] - self.image)[covered].max()
        self.assertLessEqual(error, 1e-12 * np.abs(self.image).max())

    def test_info(self):
        text = self.run_well("info", SCAN)
        self.assertIn("objectGuess", text)
        self.assertIn("anchor half", text)


if __name__ == "__main__":
    unittest.main()
