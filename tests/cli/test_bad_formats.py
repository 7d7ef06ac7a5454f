# SPDX-License-Identifier: Apache-2.0
"""Files of other programs that are cut, damaged or lie about their sizes: exit 2, one sentence."""
import bz2
import json
import os
import shutil
import unittest

import numpy as np

import formats
from command import SEED, CommandTest, random_cases


class BadFormatsTest(CommandTest):
    def refuse(self, name, says=()):
        self.run_badly("extract", name, "-N", 4, "-o", "bad.npz", says=says)

    def survive(self, name):
        """Damage may go unnoticed where it hits a value; it must never do worse than be refused."""
        for arguments in (("extract", name, "-N", 4, "-o", "b.npz", "--overwrite", "-q"),
                          ("info", name)):
            done = self.execute(*arguments)
            self.assertIn(done.returncode, (0, 2), f"PTYCHOPATCH_TEST_SEED={SEED}\n{done.stderr}")
            if done.returncode == 2:
                self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def damage(self, data, name, times):
        for _ in random_cases(times):
            damaged = bytearray(data)
            for at in self.rng.integers(0, len(data), self.rng.integers(1, 5)):
                damaged[at] = self.rng.integers(0, 256)
            self.path(name).write_bytes(damaged)
            self.survive(name)

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_hdf5(self):
        rows = self.rng.uniform(0, 20, 30)
        formats.ptychodus(self.path("p.h5"), self.complex_image(20, 20), rows, rows)
        data = self.path("p.h5").read_bytes()
        self.path("t.h5").write_bytes(data[:8])
        self.refuse("t.h5", "t.h5")
        for size in self.rng.integers(8, len(data) - 1, 8):
            self.path("t.h5").write_bytes(data[:size])
            self.refuse("t.h5", "t.h5")
        self.damage(data, "t.h5", 20)

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_hdf5_that_lies(self):
        def write(**options):
            with formats.h5py.File(self.path("l.ptyr"), "w") as file:
                file.create_dataset("content/obj/S/data", **options)
                file["content/obj/S/_psize"] = file["content/obj/S/_center"] = [1.0, 1.0]
                file["content/positions/S"] = np.zeros((2, 2))
        large = (1 << 20, 1 << 20)
        write(shape=large, dtype="c16", chunks=(64, 64))
        self.refuse("l.ptyr", ("data", "memory"))
        write(shape=(4000, 4000), dtype="c16", chunks=(64, 64))
        self.refuse("l.ptyr", "declared")
        write(shape=(1 << 40, 1 << 40), dtype="c16", chunks=(64, 64))
        self.refuse("l.ptyr", "memory")
        for data in (np.array([b"text"]), formats.h5py.Empty("f4"),
                     np.zeros(3, [("a", "f4"), ("b", "i4")]), np.zeros((0, 4)), np.zeros(5),
                     np.zeros((2, 3, 4, 5))):
            write(data=data)
            self.refuse("l.ptyr", "content/obj/S/data")
        with formats.h5py.File(self.path("l.ptyr"), "w") as file:
            file["content/obj/S/data"] = formats.h5py.SoftLink("/nowhere")
            file["content/positions/S"] = formats.h5py.SoftLink("/content/positions/S")
        self.refuse("l.ptyr", "missing")
        with formats.h5py.File(self.path("n.h5"), "w") as file:
            file["something"] = 1
        self.refuse("n.h5", "no scan")
        self.run_badly("assemble", "n.h5", "-o", "bad.npz", says="n.h5")

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_hdf5_that_goes_in_circles(self):
        with formats.h5py.File(self.path("c.h5"), "w") as file:
            for name in "abcdefgh":
                group = file.create_group(name)
                for other in "abcdefgh":
                    group[other] = file["/"]
                group["x"] = 1
        info = json.loads(self.run_well("info", "c.h5", "--json"))
        self.assertEqual([a["key"].split("/")[-1] for a in info["arrays"]].count("x"), 8)

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_hdf5_whose_data_lie_elsewhere(self):
        h5py, image = formats.h5py, self.complex_image(20, 20)
        rows = self.rng.uniform(5, 15, 4)
        formats.ptychodus(self.path("p.h5"), image, rows, rows, pixel=(1.0, 1.0), centre=(0, 0))
        self.run_well("extract", "p.h5", "-N", 4, "-o", "there.npz")
        expected = self.load("there.npz")["patches"]

        def replace(name, make):
            shutil.copy(self.path("p.h5"), self.path(name))
            with h5py.File(self.path(name), "a") as file:
                attributes = dict(file["object"].attrs)
                del file["object"]
                make(file)
                if name != "link.h5":
                    file["object"].attrs.update(attributes)

        def view(source, shape=image.shape):
            layout = h5py.VirtualLayout(shape, image.dtype)
            layout[:20, :20] = h5py.VirtualSource(source, "object", image.shape)
            return lambda file: file.create_virtual_dataset("object", layout)

        def link(file):
            file["object"] = h5py.ExternalLink("p.h5", "/object")

        def external(file):
            self.path("raw").write_bytes(image.tobytes())
            file.create_dataset("object", image.shape, image.dtype,
                                external=[("raw", 0, image.nbytes)])

        for name, make in (("view.h5", view("p.h5")), ("link.h5", link), ("raw.h5", external)):
            replace(name, make)
            self.run_well("extract", name, "-N", 4, "-o", "out.npz", "--overwrite")
            np.testing.assert_array_equal(self.load("out.npz")["patches"], expected)
        replace("large.h5", view("p.h5", (20000, 20000)))
        self.refuse("large.h5", ("object", "cannot hold"))
        # Of a view of a view, and of views that lead to themselves, in one file and in two.
        replace("twice.h5", view("view.h5"))
        self.run_well("extract", "twice.h5", "-N", 4, "-o", "out.npz", "--overwrite")
        np.testing.assert_array_equal(self.load("out.npz")["patches"], expected)
        for name, source in (("own.h5", "."), ("self.h5", "self.h5"), ("one.h5", "other.h5"),
                             ("other.h5", "one.h5")):
            replace(name, view(source))
        for name in ("own.h5", "self.h5", "one.h5"):
            self.refuse(name, ("object", "a view of itself"))
        def by_pattern(file):
            shape = (1, *image.shape)
            space = h5py.h5s.create_simple(shape, (h5py.h5s.UNLIMITED, *image.shape))
            space.select_hyperslab((0, 0, 0), (h5py.h5s.UNLIMITED, 1, 1), block=shape)
            made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            made.set_virtual(space, b".", b"object%b", h5py.h5s.create_simple(image.shape))
            h5py.h5d.create(file.id, b"object", h5py.h5t.py_create(image.dtype), space, made)

        replace("pattern.h5", by_pattern)
        self.refuse("pattern.h5", ("object", "by the pattern 'object%b'"))
        (self.path("folder")).mkdir()
        replace("spelled.h5", view("folder/.././spelled.h5"))
        self.refuse("spelled.h5", ("object", "a view of itself"))
        os.mkfifo(self.path("pipe.h5"))
        replace("waits.h5", view("pipe.h5"))
        replace("deep.h5", view("waits.h5"))
        for name in ("waits.h5", "deep.h5"):
            self.refuse(name, ("object", "pipe"))
        for name, part in (("twice.h5", "p.h5"), ("view.h5", "p.h5"), ("raw.h5", "raw")):
            if not self.path(part).exists():
                self.refuse(name, ("object", part))
                continue
            self.path(part).unlink()
            self.refuse(name, ("object", part))

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_hdf5_with_odd_numbers(self):
        h5py = formats.h5py
        odd_float = h5py.h5t.IEEE_F32LE.copy()
        odd_float.set_fields(31, 20, 11, 0, 20)
        odd_integer = h5py.h5t.STD_I32LE.copy()
        odd_integer.set_precision(20)
        for kind in (odd_float, odd_integer):
            with h5py.File(self.path("o.ptyr"), "w") as file:
                space = h5py.h5s.create_simple((4, 4))
                group = file.create_group("content/obj/S")
                h5py.h5d.create(group.id, b"data", kind, space).write(
                    h5py.h5s.ALL, h5py.h5s.ALL, np.zeros((4, 4), "f4"))
            self.refuse("o.ptyr", ("content/obj/S/data", "expected a numeric array"))

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_wrong_values(self):
        rows = self.rng.uniform(0, 20, 5)
        for pixel in ((0.0, 1e-9), (-1e-9, 1e-9), (np.nan, 1e-9), (np.inf, 1.0)):
            formats.ptychodus(self.path("p.h5"), self.complex_image(20, 20), rows, rows)
            with formats.h5py.File(self.path("p.h5"), "a") as file:
                file["object"].attrs["pixel_height_m"] = pixel[0]
            self.refuse("p.h5", "--pixel-size")
        formats.cxi(self.path("s.cxi"), np.zeros((3, 3)), np.ones((9, 9)), np.zeros((3, 2)))
        self.refuse("s.cxi", "basis_vectors")
        formats.cxi(self.path("s.cxi"), np.zeros((3, 5)), np.ones((9, 9)))
        self.refuse("s.cxi", "(3, 5)")
        formats.cxi(self.path("s.cxi"), np.full((3, 3), np.nan), np.ones((9, 9)))
        self.refuse("s.cxi", "finite")
        with formats.h5py.File(self.path("s.cxi"), "a") as file:
            file["entry_1/sample_1/geometry_1/translation"].attrs["units"] = "furlong"
        self.refuse("s.cxi", "furlong")

    @unittest.skipUnless(formats.scipy, "no SciPy")
    def test_mat(self):
        formats.scipy.io.savemat(self.path("n.mat"), {"something": 1})
        self.refuse("n.mat", "no scan")

    def test_bzip2(self):
        self.write_scan("s.npz")
        data = bz2.compress(self.path("s.npz").read_bytes())
        self.path("s.npz.bz2").write_bytes(data)
        self.run_well("extract", "s.npz.bz2", "-N", 4, "-o", "good.npz")
        for size in (3, 4, 10, len(data) // 2, len(data) - 1):
            self.path("t.bz2").write_bytes(data[:size])
            self.refuse("t.bz2", "t.bz2")
        self.damage(data, "t.bz2", 10)
        self.path("t.bz2").write_bytes(bz2.compress(b"no archive"))
        self.refuse("t.bz2", "t.bz2")


if __name__ == "__main__":
    unittest.main()
