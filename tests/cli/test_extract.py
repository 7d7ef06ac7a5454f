# SPDX-License-Identifier: Apache-2.0
"""What extract computes and writes down, against the definition."""
import itertools
import unittest

import numpy as np

import reference
from command import SEED, CommandTest


class ExtractTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.image = self.complex_image(21, 26)
        # Inside, on and over every edge, far away; fractional and whole; of either sign, so that some
        # lie inside by every convention.
        self.positions = np.concatenate([self.rng.uniform(-9, 30, (11, 2)),
                                         self.rng.uniform(-30, 9, (6, 2)),
                                         self.rng.integers(-9, 30, (6, 2)),
                                         [[-500.5, 7], [7.25, 8.5], [-7.25, -8.5], [0, 0]]])
        np.save(self.path("i.npy"), self.image)
        np.save(self.path("p.npy"), self.positions)

    def extract(self, *arguments, n=7):
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", n, "-o",
                      "out.npz", "--overwrite", *arguments)
        return self.load("out.npz")

    def compare(self, out, expected):
        scale = np.abs(expected).max()
        self.assertGreater(scale, 0, f"nothing to compare, PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertLessEqual(np.abs(out - expected).max(), 1e-12 * scale,
                             f"PTYCHOPATCH_TEST_SEED={SEED}")

    def test_interpolations_and_boundaries(self):
        kinds = itertools.product(("nearest", "bilinear", "bicubic", "lanczos3"),
                                  ("zero", "constant", "edge", "reflect", "wrap"))
        for interpolation, boundary in kinds:
            with self.subTest(interpolation=interpolation, boundary=boundary):
                extra = ["--constant=-1.5,2"] if boundary == "constant" else []
                out = self.extract("--interp", interpolation, "--boundary", boundary, *extra)
                self.compare(out["patches"], reference.patches(
                    self.image, self.positions, 7, interpolation=interpolation,
                    boundary=boundary, constant=-1.5 + 2j))

    def test_conventions(self):
        kinds = itertools.product(("corner", "half", "centre"), ("yx", "xy"),
                                  ("window", "content"), (6, 7))
        for anchor, axes, sign, n in kinds:
            with self.subTest(anchor=anchor, axes=axes, sign=sign, n=n):
                out = self.extract("--anchor", anchor, "--axes", axes, "--sign", sign, n=n)
                self.compare(out["patches"], reference.patches(
                    self.image, self.positions, n, anchor=anchor, axes=axes, sign=sign))
                np.testing.assert_array_equal(out["positions"], self.positions)

    def test_one_bright_pixel_comes_out_where_it_should(self):
        image = np.zeros((30, 40))
        image[12, 25] = 1
        np.save(self.path("i.npy"), image)
        np.save(self.path("p.npy"), [[10, 20]])
        self.assertEqual(np.argwhere(self.extract(n=8)["patches"][0]).tolist(), [[2, 5]])
        np.save(self.path("p.npy"), [[20.0, 10.0]])
        self.assertEqual(np.argwhere(self.extract("--axes", "xy", "--anchor", "half", n=8)
                                     ["patches"][0]).tolist(), [])
        out = self.extract("--axes", "xy", "--anchor", "half", n=12)["patches"][0]
        self.assertEqual(np.argwhere(out).tolist(), [[8, 11]])

    def test_patch_height_and_width(self):
        out = self.extract("--patch-height", 4, "--patch-width", 9)["patches"]
        self.assertEqual(out.shape, (27, 4, 9))
        self.compare(out, reference.patches(self.image, self.positions, 9)[:, :4])

    def test_dtypes(self):
        for name, dtype, limit in (("c64", "c8", 1e-6), ("c128", "c16", 1e-12)):
            out = self.extract("--dtype", name)["patches"]
            self.assertEqual(out.dtype, np.dtype(dtype))
            expected = reference.patches(self.image, self.positions, 7)
            self.assertLessEqual(np.abs(out - expected).max(), limit * np.abs(expected).max())
        np.save(self.path("i.npy"), self.image.real.astype("f4"))
        for name, dtype in (("f32", "f4"), ("f64", "f8"), ("c64", "c8"), ("c128", "c16")):
            self.assertEqual(self.extract("--dtype", name)["patches"].dtype, np.dtype(dtype))

    def test_many_images(self):
        images = self.complex_image(3, 21, 26)
        np.save(self.path("i.npy"), images)
        out = self.extract("--montage", "m.png")["patches"]
        self.assertEqual(out.shape, (3, 27, 7, 7))
        for image, patches in zip(images, out):
            self.compare(patches, reference.patches(image, self.positions, 7))

    def test_jitter_is_written_down_and_repeatable(self):
        first = self.extract("--jitter", 0.5, "--jitter-seed", 7)
        again = self.extract("--jitter", 0.5, "--jitter-seed", 7, "-j", 1)
        other = self.extract("--jitter", 0.5, "--jitter-seed", 8)
        moved = first["positions"] - self.positions
        self.assertGreater(moved.std(), 0.25)
        self.assertLess(moved.std(), 0.8)
        np.testing.assert_array_equal(first["patches"], again["patches"])
        self.assertFalse(np.array_equal(first["positions"], other["positions"]))
        self.compare(first["patches"], reference.patches(self.image, first["positions"], 7))
        self.assertEqual(self.metadata("out.npz")["seed"], 8)

    def test_mirrored_local_offsets(self):
        positions = self.rng.uniform(2, 18, (8, 2))
        np.save(self.path("p.npy"), positions)
        out = self.extract("--group-size", 4, "--local-offsets", "mirrored-ptychopinn")
        groups = positions.reshape(2, 4, 2)
        mean = groups.mean(axis=1, keepdims=True)
        mirrored = (2 * mean - groups).reshape(8, 2)
        np.testing.assert_allclose(out["positions"], mirrored, atol=2e-6)
        self.compare(out["patches"], reference.patches(self.image, out["positions"], 7))

    def test_same_bytes_for_threads_budgets_and_algorithms(self):
        self.positions = self.rng.uniform(-9, 30, (4000, 2))
        np.save(self.path("p.npy"), self.positions)
        base = self.extract("-j", 1)["patches"]
        name = self.path("out.npz")
        whole = name.read_bytes()
        more = self.min_budget("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 7, "-j",
                                 2, "-o", "none.npz", more=3)
        for extra in (("-j", 2), ("--memory-budget", more, "-j", 2), ("--device", "cpu")):
            self.extract(*extra)
            self.assertEqual(name.read_bytes(), whole, extra)
        iterative = self.extract("--algorithm", "iterative")["patches"]
        np.testing.assert_array_equal(iterative, base)

    def test_metadata(self):
        self.extract("--boundary", "edge", "--interp", "lanczos3", "--anchor", "half")
        metadata = self.metadata("out.npz")
        self.assertEqual(metadata["schema"], "ptychopatch/patches")
        self.assertEqual(metadata["schema_version"], 1)
        self.assertEqual(metadata["backend"], "cpu")
        self.assertEqual(metadata["image"]["shape"], [21, 26])
        self.assertIn("i.npy", metadata["image"]["source"])
        options = metadata["options"]
        self.assertEqual((options["boundary"], options["interpolation"], options["anchor"],
                          options["algorithm"], options["patch_height"]),
                         ("edge", "lanczos3", "half", "batched", 7))
        self.assertRegex(metadata["library_version"], r"^\d+\.\d+\.\d+$")

    def test_a_part_of_a_scan_can_be_replaced(self):
        image, x, y = self.write_scan("s.npz")
        arguments = ("extract", "s.npz", "-N", 7, "-o", "out.npz", "--overwrite")
        self.run_well(*arguments, "--positions", "p.npy")
        self.compare(self.load("out.npz")["patches"],
                     reference.patches(image, self.positions, 7))
        self.run_well(*arguments, "--image", "i.npy")
        self.compare(self.load("out.npz")["patches"],
                     reference.patches(self.image, np.stack([x, y], 1), 7, anchor="half",
                                       axes="xy"))

    def test_the_convention_is_said(self):
        self.write_scan("s.npz")
        done = self.execute("extract", "s.npz", "-N", 5, "-o", "out.npz")
        self.assertIn(b"anchor half, axes xy, sign window", done.stderr)

    def test_montage(self):
        self.extract("--montage", "m.png")
        self.assertTrue(self.path("m.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n"))


if __name__ == "__main__":
    unittest.main()
