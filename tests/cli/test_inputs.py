# SPDX-License-Identifier: Apache-2.0
"""Every form in which NumPy can write an image and its positions."""
import io
import itertools
import unittest
import zipfile

import numpy as np

import reference
from command import SEED, CommandTest

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
RESULT = {"?": "f4", "i1": "f4", "i2": "f4", "u1": "f4", "u2": "f4", "f2": "f4", "f4": "f4",
          "c8": "c8", "c16": "c16"}


class InputsTest(CommandTest):
    def image(self, dtype, shape=(23, 19)):
        values = 100 * self.rng.random(shape)
        if dtype[0] == "c":
            values = values + 100j * self.rng.random(shape)
        return (values > 50 if dtype == "?" else values).astype(dtype)

    def extract(self, image, positions, *arguments, n=5, stored=None, **reference_arguments):
        """Extracts with the command and compares with the definition."""
        done = self.run_well("extract", *arguments, "-N", n, "-o", "out.npz", "--overwrite", "-q")
        self.assertEqual(done, "")
        out = self.load("out.npz")["patches"]
        expected = reference.patches(image.astype(out.dtype), positions, n, **reference_arguments)
        limit = 1e-12 if out.dtype in (np.float64, np.complex128) else 1e-6
        error = np.abs(out - expected).max() / max(np.abs(expected).max(), 1e-300)
        self.assertLessEqual(error, limit, f"PTYCHOPATCH_TEST_SEED={SEED}")
        if stored:
            self.assertEqual(out.dtype, np.dtype(stored))
        return out

    def test_every_dtype_byte_order_and_memory_order(self):
        positions = self.rng.uniform(-3, 18, (6, 2))
        np.save(self.path("p.npy"), positions)
        for dtype, order, fortran in itertools.product(DTYPES, "<>", (False, True)):
            with self.subTest(dtype=dtype, order=order, fortran=fortran):
                image = self.image(dtype)
                stored = image.astype(np.dtype(dtype).newbyteorder(order))
                np.save(self.path("i.npy"), np.asfortranarray(stored) if fortran else stored)
                self.extract(image, positions, "--image", "i.npy", "--positions", "p.npy",
                         stored=RESULT.get(dtype, "f8"))

    def test_every_dtype_of_positions(self):
        image = self.image("c16")
        np.save(self.path("i.npy"), image)
        for dtype, order, fortran in itertools.product(DTYPES[1:12], "<>", (False, True)):
            with self.subTest(dtype=dtype, order=order, fortran=fortran):
                positions = self.rng.uniform(0, 15, (7, 2)).astype(dtype)
                stored = positions.astype(np.dtype(dtype).newbyteorder(order))
                np.save(self.path("p.npy"), np.asfortranarray(stored) if fortran else stored)
                self.extract(image, positions, "--image", "i.npy", "--positions", "p.npy")

    def test_npy_versions(self):
        image, positions = self.image("c16"), self.rng.uniform(0, 15, (3, 2))
        for version in ((1, 0), (2, 0), (3, 0)):
            with self.subTest(version=version):
                for name, array in (("i.npy", image), ("p.npy", positions)):
                    with open(self.path(name), "wb") as file:
                        np.lib.format.write_array(file, array, version=version)
                self.extract(image, positions, "--image", "i.npy", "--positions", "p.npy")

    def test_stored_and_compressed_archives(self):
        image = self.image("c16")
        x, y = self.rng.uniform(0, 20, (2, 8))
        for save in (np.savez, np.savez_compressed):
            for fortran in (False, True):
                with self.subTest(save=save.__name__, fortran=fortran):
                    save(self.path("s.npz"), xcoords=x.astype(">f8"), ycoords=y,
                         objectGuess=np.asfortranarray(image) if fortran else image,
                         probeGuess=np.array([{}], object))
                    self.extract(image, np.stack([x, y], 1), "s.npz", anchor="half", axes="xy")

    def test_zip64_archives(self):
        image = self.image("c16")
        x, y = self.rng.uniform(0, 20, (2, 8))
        limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
        try:
            # All sizes and places then go into ZIP64's fields, and its end record is written.
            zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 1, 1
            with zipfile.ZipFile(self.path("s.npz"), "w", zipfile.ZIP_DEFLATED) as archive:
                for key, array in (("objectGuess", image), ("xcoords", x), ("ycoords", y)):
                    with archive.open(key + ".npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array)
        finally:
            zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
        self.assertIn(b"PK\x06\x06", self.path("s.npz").read_bytes())
        self.extract(image, np.stack([x, y], 1), "s.npz", anchor="half", axes="xy")

    def test_an_archive_behind_other_bytes_and_a_comment(self):
        image, x, y = self.write_scan("s.npz")
        with zipfile.ZipFile(self.path("s.npz"), "a") as archive:
            archive.comment = b"made by hand"
        self.extract(image, np.stack([x, y], 1), "s.npz", anchor="half", axes="xy")

    def test_positions_in_groups_and_empty(self):
        image = self.image("c16")
        np.save(self.path("i.npy"), image)
        grouped = self.rng.uniform(0, 15, (4, 3, 2))
        np.save(self.path("p.npy"), grouped)
        arguments = ("--image", "i.npy", "--positions", "p.npy", "--group-size", 3)
        flat = self.extract(image, grouped.reshape(-1, 2), *arguments)
        for layout, axes in (("channel-last", (0, 2, 3, 1)), ("channel-first", (0, 1, 2, 3))):
            self.run_well("extract", *arguments, "-N", 5, "--layout", layout, "-o", "out.npz",
                          "--overwrite")
            expected = flat.reshape(4, 3, 5, 5).transpose(axes)
            np.testing.assert_array_equal(self.load("out.npz")["patches"], expected)
        np.save(self.path("p.npy"), np.zeros((0, 2)))
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 5, "-o",
                      "out.npz", "--overwrite", "--montage", "m.png")
        self.assertEqual(self.load("out.npz")["patches"].shape, (0, 5, 5))

    def test_output_to_a_pipe(self):
        image, x, y = self.write_scan("s.npz")
        done = self.execute("extract", "s.npz", "-N", 5)
        self.assertEqual(done.returncode, 0, done.stderr)
        with np.load(io.BytesIO(done.stdout)) as archive:
            self.assertEqual(archive["patches"].shape, (len(x), 5, 5))


if __name__ == "__main__":
    unittest.main()
