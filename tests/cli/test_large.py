# SPDX-License-Identifier: Apache-2.0
"""A member of more than 4 GiB, which needs ZIP64 and streams past the memory that holds it."""
import shutil
import unittest
import zipfile

import numpy as np

import reference
from command import CommandTest

PATCHES, N = 33000, 128
NEEDED = PATCHES * N * N * 8


class LargeTest(CommandTest):
    def test_output_beyond_four_gigabytes(self):
        if shutil.disk_usage(self.folder).free < 2 * NEEDED:
            self.skipTest(f"needs {2 * NEEDED >> 30} GiB of free disk for temporary files")
        image = self.complex_image(150, 150).astype("c8")
        positions = self.rng.uniform(0, 22, (PATCHES, 2))
        np.save(self.path("i.npy"), image)
        np.save(self.path("p.npy"), positions)
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", N, "-o",
                      "out.npz")
        self.assertGreater(NEEDED, 1 << 32)
        with zipfile.ZipFile(self.path("out.npz")) as archive:
            self.assertEqual(archive.namelist(), ["patches.npy", "positions.npy", "metadata.npy"])
            with archive.open("patches.npy") as member:
                np.lib.format.read_magic(member)
                shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
                self.assertEqual((shape, fortran, dtype), ((PATCHES, N, N), False, np.dtype("c8")))
                # Reading to the end also has zipfile compare the checksum.
                for first in range(0, PATCHES, 1000):
                    data = member.read(min(1000, PATCHES - first) * N * N * 8)
                    patches = np.frombuffer(data, dtype).reshape(-1, N, N)
                    for k in (0, len(patches) - 1):
                        expected = reference.patches(image, positions[[first + k]], N)[0]
                        error = np.abs(patches[k] - expected).max()
                        self.assertLessEqual(error, 1e-6 * np.abs(expected).max())
                self.assertEqual(member.read(), b"")
        self.assertIn("complex64", self.run_well("info", "out.npz"))


if __name__ == "__main__":
    unittest.main()
