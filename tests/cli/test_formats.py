# SPDX-License-Identifier: Apache-2.0
"""Scans of other programs: units, origin, sign and orientation, each against known places."""
import bz2
import io
import json
import unittest

import numpy as np

import formats
import reference
from command import SEED, CommandTest, random_cases

SHAPE, N = (40, 52), 9


class FormatTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.image = self.complex_image(*SHAPE)
        count = 12
        self.rows = self.rng.uniform(6, SHAPE[0] - 7, count)
        self.columns = self.rng.uniform(6, SHAPE[1] - 7, count)

    def extract(self, *arguments):
        done = self.execute("extract", *arguments, "-N", N, "-o", "out.npz", "--overwrite")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.message = done.stderr.decode()
        return self.load("out.npz")

    def assert_patches(self, out, rows, columns, anchor, image=None, limit=1e-9):
        image = self.image if image is None else image
        expected = reference.patches(image, np.stack([rows, columns], 1), N, anchor=anchor)
        self.assertEqual(out["patches"].shape, expected.shape)
        error = np.abs(out["patches"] - expected).max() / np.abs(expected).max()
        self.assertLessEqual(error, limit, f"PTYCHOPATCH_TEST_SEED={SEED}\n{self.message}")

    def bright(self, row, column):
        image = np.zeros(SHAPE, complex)
        image[row, column] = 1
        return image


@unittest.skipUnless(formats.h5py, "no h5py")
class Hdf5Test(FormatTest):
    def test_ptychodus(self):
        for old in (False, True):
            for layers in (self.image, self.image[None]):
                formats.ptychodus(self.path("p.h5"), layers, self.rows, self.columns, old=old)
                self.assert_patches(self.extract("p.h5"), self.rows, self.columns, "half")
                self.assertIn("old spelling" if old else "new spelling", self.message)
                self.assertIn("metres", self.message)
        # A bright pixel below and right of the object's centre, and a probe right there.
        image = self.bright(SHAPE[0] // 2 + 3, SHAPE[1] // 2 + 5)
        formats.ptychodus(self.path("p.h5"), image, np.array([SHAPE[0] / 2 + 3]),
                          np.array([SHAPE[1] / 2 + 5]))
        patch = self.extract("p.h5")["patches"][0]
        self.assertEqual(np.unravel_index(abs(patch).argmax(), patch.shape), (N // 2, N // 2))

    def test_ptychodus_layers(self):
        layers = self.complex_image(3, *SHAPE)
        formats.ptychodus(self.path("p.h5"), layers, self.rows, self.columns)
        out = self.extract("p.h5")["patches"]
        self.assertEqual(out.shape, (3, len(self.rows), N, N))
        for layer, patches in zip(layers, out):
            self.assert_patches({"patches": patches}, self.rows, self.columns, "half", layer)

    def test_ptychodus_as_npz(self):
        np.savez(self.path("p.npz"), object=self.image[None], object_pixel_height_m=2e-9,
                 object_pixel_width_m=4e-9, object_center_y_m=0.0, object_center_x_m=1e-9,
                 probe_position_y_m=(self.rows - SHAPE[0] / 2) * 2e-9,
                 probe_position_x_m=(self.columns - SHAPE[1] / 2) * 4e-9 + 1e-9)
        self.assert_patches(self.extract("p.npz"), self.rows, self.columns, "half")

    def test_flags_change_the_convention(self):
        formats.ptychodus(self.path("p.h5"), self.image, self.rows, self.columns,
                          pixel=(1e-8, 1e-8), centre=(0, 0))
        half = np.array(SHAPE) / 2
        # Twice the pixel: half the distance from the centre.
        out = self.extract("p.h5", "--pixel-size", "2e-8")
        self.assert_patches(out, half[0] + (self.rows - half[0]) / 2,
                            half[1] + (self.columns - half[1]) / 2, "half")
        out = self.extract("p.h5", "--origin", "3,4")
        self.assert_patches(out, 3 + self.rows - half[0], 4 + self.columns - half[1], "half")
        out = self.extract("p.h5", "--sign", "content")
        self.assert_patches(out, 2 * half[0] - self.rows, 2 * half[1] - self.columns, "half")
        out = self.extract("p.h5", "--anchor", "corner", "--origin", "fit")
        free = np.array(SHAPE) - N
        rows = self.rows - (self.rows.min() + self.rows.max()) / 2 + free[0] / 2
        columns = self.columns - (self.columns.min() + self.columns.max()) / 2 + free[1] / 2
        self.assert_patches(out, rows, columns, "corner")
        self.assertIn("--origin", self.message)

    def cxi_translations(self, pixel, sign):
        """A sample that moves by these brings (rows, columns) to the beam."""
        y = sign * (self.rows - self.rows.mean()) * pixel[0]
        x = sign * (self.columns - self.columns.mean()) * pixel[1]
        return np.stack([x, y, np.zeros(len(x))], 1)

    def fitted(self):
        def fit(at, size):
            return at - (at.min() + at.max()) / 2 + (size - N) / 2 + N // 2
        return fit(self.rows, SHAPE[0]), fit(self.columns, SHAPE[1])

    def test_cxi(self):
        np.save(self.path("i.npy"), self.image)
        pixel = formats.cxi(self.path("probe.cxi"), np.zeros((1, 3)))
        for nexus in (False, True):
            # Rows run down, columns to -x; y is up. A sample moved up shows what lies further
            # down, moved to +x what lies further along the columns.
            formats.cxi(self.path("s.cxi"), self.cxi_translations(pixel, 1), nexus=nexus,
                        energy_units="keV" if nexus else None)
            out = self.extract("s.cxi", "--image", "i.npy")
            self.assert_patches(out, *self.fitted(), "half", limit=1e-6)
            self.assertIn("NXcxi_ptycho" if nexus else "CXI", self.message)
            self.assertIn("sign content", self.message)
        # With basis vectors the other way round, the other way round.
        basis = np.array([[0, 7e-6], [11e-6, 0], [0, 0]])
        for stored in (basis, basis.T):
            formats.cxi(self.path("s.cxi"), self.cxi_translations(pixel, -1), self.image, stored)
            self.assert_patches(self.extract("s.cxi"), *self.fitted(), "half", limit=1e-6)
        out = self.extract("s.cxi", "--sign", "window")
        flipped = [size - (size + N) % 2 + N % 2 - at for size, at in zip(SHAPE, self.fitted())]
        self.assertGreater(np.abs(flipped[0] - self.fitted()[0]).max(), 0.5)
        with self.assertRaises(AssertionError):
            self.assert_patches(out, *self.fitted(), "half", limit=1e-2)

    def test_cxi_that_lacks_something(self):
        translations = np.zeros((2, 3))
        formats.cxi(self.path("s.cxi"), translations)
        self.refuse("s.cxi", says=("image_1", "--image"))
        with formats.h5py.File(self.path("s.cxi"), "a") as file:
            del file["entry_1/instrument_1/detector_1/distance"]
            file["entry_1/image_1/data"] = self.image
        self.refuse("s.cxi", says="--pixel-size")
        self.extract("s.cxi", "--pixel-size", "1e-8,2e-8")
        with formats.h5py.File(self.path("s.cxi"), "a") as file:
            file["entry_1/image_1/data_space"] = "diffraction"
        self.refuse("s.cxi", says="diffraction")
        with formats.h5py.File(self.path("s.cxi"), "a") as file:
            del file["entry_1/sample_1/geometry_1/translation"]
        np.save(self.path("i.npy"), self.image)
        self.refuse("s.cxi", "--image", "i.npy", says=("translation", "--positions"))

    def refuse(self, *arguments, says):
        return self.run_badly("extract", *arguments, "-N", N, "-o", "bad.npz", says=says)

    def test_ptypy(self):
        formats.ptyr(self.path("r.ptyr"), self.image[None], self.rows, self.columns)
        self.assert_patches(self.extract("r.ptyr"), self.rows, self.columns, "half")
        formats.ptyr(self.path("r.ptyr"), self.image[None], self.rows, self.columns,
                     recorded=False)
        self.refuse("r.ptyr", says=("positions", "record_positions"))
        np.save(self.path("p.npy"), np.stack([self.rows, self.columns], 1))
        out = self.extract("r.ptyr", "--positions", "p.npy")
        self.assert_patches(out, self.rows, self.columns, "corner")

    def test_ptyd(self):
        positions = self.rng.normal(size=(23, 2))
        pixel = formats.ptyd(self.path("d.ptyd"), positions, 12)
        positions = self.rng.uniform(-10, 10, (23, 2))
        formats.ptyd(self.path("d.ptyd"), positions * pixel, 12)
        self.refuse("d.ptyd", says="--image")
        np.save(self.path("i.npy"), self.image)
        out = self.extract("d.ptyd", "--image", "i.npy")
        middle = (positions.min(0) + positions.max(0)) / 2
        rows, columns = (positions - middle + (np.array(SHAPE) - N) / 2 + N // 2).T
        self.assert_patches(out, rows, columns, "half", limit=1e-6)

    def test_types_and_storage(self):
        np.save(self.path("p.npy"), np.stack([self.rows, self.columns], 1))
        real = 100 * self.rng.random(SHAPE)
        for dtype in ("<f4", ">f8", "<i2", ">u4", "<c8", ">c16", "?", "<f2", "<i8"):
            for options in ({}, {"compression": "gzip", "shuffle": True, "chunks": (7, 5)}):
                with formats.h5py.File(self.path("r.ptyr"), "w") as file:
                    stored = (real > 50 if dtype == "?" else real).astype(dtype)
                    file.create_dataset("content/obj/S/data", data=stored, **options)
                out = self.extract("r.ptyr", "--positions", "p.npy")
                self.assert_patches(out, self.rows, self.columns, "corner",
                                    stored.astype(out["patches"].dtype), limit=1e-6)

    def test_info(self):
        formats.cxi(self.path("s.cxi"), np.zeros((2, 3)))
        info = json.loads(self.run_well("info", "s.cxi", "--json"))
        arrays = {a["key"]: a for a in info["arrays"]}
        self.assertEqual(info["format"], "hdf5")
        self.assertEqual(arrays["entry_1/instrument_1/detector_1/data"]["shape"], [2, 20, 30])
        self.assertEqual(arrays["entry_1/data_1/data"]["link"],
                         "/entry_1/instrument_1/detector_1/data")
        self.assertEqual(info["scan"]["format"], "cxi")
        self.assertEqual(info["scan"]["sign"], "content")
        self.assertIn("--image", info["scan"]["image"]["refused"])
        self.assertEqual(info["scan"]["positions"]["shape"], [2, 2])
        text = self.run_well("info", "s.cxi")
        for word in ("int32", "metres", "far field", "link to", "refused"):
            self.assertIn(word, text)


@unittest.skipUnless(formats.scipy, "no SciPy")
class MatTest(FormatTest):
    def setUp(self):
        super().setUp()
        self.probe = self.complex_image(N + 2, N, 2)

    def test_ptychoshelves(self):
        rows, columns = self.rows - 4, self.columns - 4
        layers = np.stack([self.image, 2 * self.image], 2)
        for version in (5, 7.3) if formats.h5py else (5,):
            for compressed in (False, True):
                how = {"compressed": compressed, "version": version}
                formats.ptychoshelves(self.path("s.mat"), self.image, self.probe, rows, columns,
                                      **how)
                self.assert_patches(self.extract("s.mat"), rows, columns, "corner")
                formats.ptychoshelves(self.path("s.mat"), layers, self.probe, rows, columns, **how)
                out = self.extract("s.mat")["patches"]
                self.assert_patches({"patches": out[1]}, rows, columns, "corner", 2 * self.image)
                info = json.loads(self.run_well("info", "s.mat", "--json"))
                self.assertEqual(info["scan"]["format"], "ptychoshelves")
                self.assertEqual(info["format"], "mat" if version == 5 else "mat, version 7.3")
                arrays = {a["key"]: (a["shape"], a["dtype"]) for a in info["arrays"]}
                self.assertEqual(arrays["outputs.probe_positions"], ([12, 2], "float64"))
                self.assertEqual(arrays["object"], ([*layers.shape], "complex128"))
                self.assertEqual(arrays["p.dx_spec"], ([1, 2], "float64"))

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_mat73_types(self):
        shape = SHAPE
        for order in "<>":
            for kind in ("f8", "f4", "c16", "c8", "b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8",
                         "u8"):
                image = self.rng.integers(0, 2 if kind == "b1" else 100, shape).astype(kind)
                if kind[0] == "c":
                    image = image + np.array(1j, kind) * self.rng.integers(0, 100, shape)
                    image = image.astype(kind)
                positions = np.zeros((1, 2))
                formats.mat73(self.path("s.mat"), {
                    "object": image, "outputs": {"probe_positions": positions}}, order)
                info = json.loads(self.run_well("info", "s.mat", "--json"))
                self.assertEqual(info["scan"]["image"]["dtype"], np.dtype(kind).name)
                self.run_well("extract", "s.mat", "--patch-height", shape[0], "--patch-width",
                              shape[1], "--origin", "corner", "-o", "o.npz", "--overwrite", "-q")
                np.testing.assert_array_equal(self.load("o.npz")["patches"][0], image, kind)

    @unittest.skipUnless(formats.h5py, "no h5py")
    def test_mat73_damage(self):
        formats.ptychoshelves(self.path("s.mat"), self.image, self.probe, self.rows, self.columns,
                              version=7.3)
        data = self.path("s.mat").read_bytes()
        for size in (200, 512, 520, *self.rng.integers(520, len(data) - 1, 8)):
            self.path("t.mat").write_bytes(data[:size])
            self.run_badly("extract", "t.mat", "-N", N, "-o", "bad.npz", says="t.mat")
        for _ in random_cases(20):
            damaged = bytearray(data)
            for at in self.rng.integers(512, len(data), 4):
                damaged[at] = self.rng.integers(256)
            self.path("t.mat").write_bytes(damaged)
            for arguments in (("extract", "t.mat", "-N", N, "-o", "b.npz", "--overwrite", "-q"),
                              ("info", "t.mat")):
                done = self.execute(*arguments)
                self.assertIn(done.returncode, (0, 2), f"PTYCHOPATCH_TEST_SEED={SEED}")
                if done.returncode == 2:
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        # Shapes that the file cannot hold, and what is no array.
        for shape, says in (((1 << 20, 1 << 20), "object"), ((4000, 4000), "cannot hold")):
            formats.mat73(self.path("t.mat"), {
                "object": np.ones((64, 64)), "outputs": {"probe_positions": np.zeros((2, 2))}},
                chunks=True, maxshape=(None, None))
            with formats.h5py.File(self.path("t.mat"), "a") as file:
                file["object"].resize(shape)
            self.run_badly("extract", "t.mat", "-N", N, "-o", "bad.npz", says=("t.mat", says))
        with formats.h5py.File(self.path("t.mat"), "a") as file:
            del file["object"]
            file["object"] = np.zeros((20, 20))  # without MATLAB's own attribute
        self.run_badly("extract", "t.mat", "-N", N, "-o", "bad.npz", says=("t.mat", "object"))

    def test_cdtools(self):
        probe = self.complex_image(3, N, N + 1)
        for old in (False, True):
            padding = 4
            rows = self.rng.uniform(0, 20, 9)
            columns = self.rng.uniform(0, 30, 9)
            rows, columns = (at - at.min() + padding for at in (rows, columns))
            height = int(np.ceil(np.ptp(rows))) + N + 2 * padding
            width = int(np.ceil(np.ptp(columns))) + N + 1 + 2 * padding
            image = self.complex_image(height, width)
            formats.cdtools(self.path("c.mat"), image, probe, rows, columns, old=old)
            self.assert_patches(self.extract("c.mat"), rows, columns, "corner", image, 1e-6)
            # Refined positions lie about the object that the original ones made.
            moved = self.rng.uniform(-1, 1, (2, 9))
            formats.cdtools(self.path("c.mat"), image, probe, rows + moved[0], columns + moved[1],
                            old=old, moved=moved)
            self.assert_patches(self.extract("c.mat"), rows + moved[0], columns + moved[1], "corner",
                                image, 1e-6)
        # Newer results say where the object begins.
        for name in ("c.mat", "c.h5") if formats.h5py else ("c.mat",):
            formats.cdtools(self.path(name), image, probe, rows - 3.25, columns + 2.5,
                            first=(0.5, -0.75))
            self.assert_patches(self.extract(name), rows - 3.75, columns + 3.25, "corner", image, 1e-6)
            self.assertIn("min_translation", self.message)

    def test_truncated(self):
        for compressed in (False, True):
            formats.ptychoshelves(self.path("s.mat"), self.image, self.probe, self.rows,
                                  self.columns, compressed)
            data = self.path("s.mat").read_bytes()
            # The object comes first and is by far the largest.
            for size in self.rng.integers(128, len(data) * 3 // 4, 12):
                self.path("t.mat").write_bytes(data[:size])
                self.run_badly("extract", "t.mat", "-N", N, "-o", "bad.npz", says="t.mat")
        self.path("t.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n")
        self.run_badly("extract", "t.mat", "-N", N, "-o", "bad.npz", says=("t.mat", "MAT"))


class TikeTest(FormatTest):
    def test_tike(self):
        scan = self.rng.uniform(-10, 10, (1, 15, 2)).astype("f4")
        buffer = io.BytesIO()
        np.savez(buffer, scan=scan, probe=np.ones((1, 1, 1, 1, N, N), "c8"),
                 data=np.zeros((1, 15, 4, 4), "f4"))
        self.path("t.npz.bz2").write_bytes(bz2.compress(buffer.getvalue()))
        self.run_badly("extract", "t.npz.bz2", "-N", N, "-o", "bad.npz", says="--image")
        np.save(self.path("i.npy"), self.image)
        out = self.extract("t.npz.bz2", "--image", "i.npy")
        at = scan[0].astype("f8")
        rows, columns = (at - (at.min(0) + at.max(0)) / 2 + (np.array(SHAPE) - N) / 2).T
        self.assert_patches(out, rows, columns, "corner")
        data = self.path("t.npz.bz2").read_bytes()
        self.path("t.npz.bz2").write_bytes(data[:len(data) // 2])
        self.run_badly("info", "t.npz.bz2", says="truncated")


if __name__ == "__main__":
    unittest.main()
