# SPDX-License-Identifier: Apache-2.0
"""HDF5 as output: the same bits as .npz, piece by piece, and read back."""
import json
import os
import unittest
import zipfile

import numpy as np

import formats
from command import CommandTest


@unittest.skipUnless(formats.h5py, "no h5py")
class Hdf5OutputTest(CommandTest):
    def both(self, *arguments):
        """Runs a command for both formats; answers what each holds."""
        self.run_well(*arguments, "-o", "out.npz", "--overwrite")
        self.run_well(*arguments, "-o", "out.h5", "--overwrite")
        with formats.h5py.File(self.path("out.h5")) as file:
            arrays = {key: file[key][()] for key in file}
            metadata = json.loads(file.attrs["metadata"])
        return self.load("out.npz"), arrays, metadata

    def assert_equal(self, *arguments):
        npz, hdf5, metadata = self.both(*arguments)
        self.assertEqual(metadata, json.loads(str(npz.pop("metadata"))))
        self.assertEqual(sorted(npz), sorted(hdf5))
        for key, array in npz.items():
            self.assertEqual(array.dtype, hdf5[key].dtype)
            np.testing.assert_array_equal(array, hdf5[key])
            self.assertEqual(array.tobytes(), hdf5[key].tobytes())
        return npz

    def test_same_bits(self):
        np.save(self.path("i.npy"), self.complex_image(3, 30, 34).astype("c8"))
        np.save(self.path("p.npy"), self.rng.uniform(-3, 30, (23, 4, 2)))
        pair = ("extract", "--image", "i.npy", "--positions", "p.npy", "--group-size", 4)
        for layout in ("flat", "channel-last", "channel-first"):
            for extra in ((), ("--compress",)):
                self.assert_equal(*pair, "-N", 6, "--layout", layout, *extra)
        self.write_scan("s.npz")
        for dtype in ("c64", "c128"):
            self.assert_equal("extract", "s.npz", "-N", 8, "--dtype", dtype)

    def test_many_pieces(self):
        np.save(self.path("i.npy"), self.rng.normal(size=(2, 40, 40)))
        np.save(self.path("p.npy"), self.rng.uniform(0, 30, (9000, 2)))
        arguments = ("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 32)
        budget = self.min_budget(*arguments, "-o", "o.npz", more=24)
        # A third of that is one piece: 2 x 9000 patches of 8 KiB come in some twenty.
        out = self.assert_equal(*arguments, "--memory-budget", budget)
        self.assertEqual(out["patches"].shape, (2, 9000, 32, 32))

    def test_memory_is_bounded(self):
        """Patches of many times the budget: memory stays near it, and the bits are those of .npz."""
        count, n, budget = 12000, 48, 16 << 20
        np.save(self.path("i.npy"), self.complex_image(64, 64).astype("c8"))
        np.save(self.path("p.npy"), self.rng.uniform(0, 16, (count, 2)))
        arguments = ("extract", "--image", "i.npy", "--positions", "p.npy", "-N", n)
        done, least = self.execute_measured(*arguments, "-o", "o.npz", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(count * n * n * 8, 12 * budget)
        more = self.min_budget(*arguments, "-o", "o.npz", more=16)
        for name in ("o.npz", "o.h5"):
            done, memory = self.execute_measured(*arguments, "--memory-budget", more, "-o", name,
                                                 "--overwrite", "-q")
            self.assertEqual(done.returncode, 0, done.stderr)
            # Beside the budget: what the libraries take and buffers of a few MB.
            if "PTYCHOPATCH_SANITIZED" not in os.environ:
                self.assertLess(memory - least, 4 * budget, name)
        with formats.h5py.File(self.path("o.h5")) as file, \
                zipfile.ZipFile(self.path("o.npz")) as archive, \
                archive.open("patches.npy") as member:
            np.lib.format.read_magic(member)
            np.lib.format.read_array_header_1_0(member)
            self.assertEqual(file["patches"].shape, (count, n, n))
            for first in range(0, count, 2000):
                part = file["patches"][first:first + 2000].tobytes()
                self.assertTrue(member.read(len(part)) == part, first)
            self.assertEqual(member.read(), b"")

    def test_assemble_reads_it(self):
        self.write_scan("s.npz", count=40)
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.h5", "--compress")
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.npz")
        self.run_well("assemble", "p.h5", "-o", "from_h5.npz")
        self.run_well("assemble", "p.npz", "-o", "from_npz.npz")
        a, b = self.load("from_h5.npz"), self.load("from_npz.npz")
        for key in ("image", "coverage"):
            np.testing.assert_array_equal(a[key], b[key])
        self.assert_equal("assemble", "p.h5")

    def test_format_by_name_or_flag_and_to_a_pipe(self):
        self.write_scan("s.npz")
        self.run_well("extract", "s.npz", "-N", 8, "-o", "odd.dat", "--format", "h5")
        self.assertTrue(formats.h5py.is_hdf5(self.path("odd.dat")))
        self.run_well("extract", "s.npz", "-N", 8, "-o", "odd.h5", "--format", "npz")
        self.assertFalse(formats.h5py.is_hdf5(self.path("odd.h5")))
        done = self.execute("extract", "s.npz", "-N", 8, "--format", "h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, self.path("odd.dat").read_bytes())
        info = json.loads(self.run_well("info", "odd.dat", "--json"))
        self.assertEqual(info["metadata"]["schema"], "ptychopatch/patches")

    def test_no_positions(self):
        np.save(self.path("i.npy"), np.ones((8, 8)))
        np.save(self.path("p.npy"), np.zeros((0, 2)))
        out = self.assert_equal("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 4)
        self.assertEqual(out["patches"].shape, (0, 4, 4))


if __name__ == "__main__":
    unittest.main()
