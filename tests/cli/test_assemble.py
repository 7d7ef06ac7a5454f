# SPDX-License-Identifier: Apache-2.0
"""Patches put back together."""
import json
import unittest

import numpy as np

from command import SEED, CommandTest


class AssembleTest(CommandTest):
    def round_trip(self, image, positions, *arguments, n=9, limit=1e-12):
        np.save(self.path("i.npy"), image)
        np.save(self.path("p.npy"), positions)
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", n, "-o",
                      "patches.npz", "--overwrite", *arguments)
        self.run_well("assemble", "patches.npz", "-o", "out.npz", "--overwrite")
        out = self.load("out.npz")
        covered = out["coverage"] > 0
        self.assertTrue(covered.any())
        error = np.abs(out["image"] - image)[covered].max() / np.abs(image).max()
        self.assertLessEqual(error, limit, f"PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertTrue((out["image"][~covered] == 0).all())
        return out

    def test_whole_positions_give_the_image_back(self):
        positions = self.rng.integers(-4, 30, (25, 2)).astype(float)
        for dtype, limit in (("c16", 1e-12), ("f8", 1e-12), ("c8", 1e-6), ("f4", 1e-6)):
            image = self.complex_image(31, 37)
            image = image.astype(dtype) if dtype[0] == "c" else image.real.astype(dtype)
            for layout in ("flat", "channel-last", "channel-first"):
                with self.subTest(dtype=dtype, layout=layout):
                    out = self.round_trip(image, positions, "--layout", layout, "--group-size", 5,
                                          limit=limit)
                    self.assertEqual(out["image"].dtype, np.dtype(dtype))
                    self.assertEqual(out["coverage"].dtype.kind, "f")

    def test_coverage_counts_patches(self):
        positions = np.array([[0, 0], [0, 0], [5, 3]], float)
        out = self.round_trip(self.complex_image(20, 20), positions, n=4)
        expected = np.zeros((20, 20))
        for y, x in positions.astype(int):
            expected[y:y + 4, x:x + 4] += 1
        np.testing.assert_array_equal(out["coverage"], expected)

    def test_many_images_conventions_and_moved_positions(self):
        positions = self.rng.integers(4, 26, (12, 2)).astype(float)
        self.round_trip(self.complex_image(3, 31, 37), positions)
        self.round_trip(self.complex_image(31, 37), -positions, "--sign", "content", "--axes",
                        "xy", "--anchor", "half")
        np.save(self.path("i.npy"), np.ones((31, 37)))
        np.save(self.path("p.npy"), positions)
        # Jitter is in the positions that were written down: ones come back as ones.
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 6, "--jitter",
                      0.4, "--boundary", "edge", "-o", "patches.npz", "--overwrite")
        self.run_well("assemble", "patches.npz", "-o", "out.npz", "--overwrite")
        out = self.load("out.npz")
        np.testing.assert_allclose(out["image"][out["coverage"] > 1e-6], 1, atol=1e-12)

    def test_shape_and_eps(self):
        image = self.complex_image(20, 20)
        self.round_trip(image, np.array([[2, 3]], float), n=5)
        self.run_well("assemble", "patches.npz", "--shape", 30, 10, "--eps", 2, "-o", "out.npz",
                      "--overwrite", "--preview", "preview.png")
        out = self.load("out.npz")
        self.assertEqual(out["image"].shape, (30, 10))
        np.testing.assert_allclose(out["image"][2:7, 3:8], image[2:7, 3:8] / 2, atol=1e-13)
        self.assertTrue(self.path("preview.png").read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(self.metadata("out.npz")["schema"], "ptychopatch/image")

    def test_solve_gives_back_what_the_mean_blurs(self):
        image = self.complex_image(40, 44)
        np.save(self.path("i.npy"), image)
        np.save(self.path("p.npy"), self.rng.uniform(0, 1, (500, 2)) * [40, 44])
        self.run_well("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 11, "--boundary",
                      "wrap", "-o", "patches.npz")
        self.run_well("assemble", "patches.npz", "-o", "mean.npz")
        self.run_well("assemble", "patches.npz", "--solve", "--iterations", 500, "--tolerance", 1e-13,
                      "-o", "out.npz")
        self.assertGreater(np.abs(self.load("mean.npz")["image"] - image).max(), 0.1)
        np.testing.assert_allclose(self.load("out.npz")["image"], image, atol=1e-9)
        told = self.metadata("out.npz")["solve"]
        self.assertLess(told["residual"], 1e-12)
        self.assertLess(told["iterations"], 500)
        self.assertNotIn("solve", self.metadata("mean.npz"))
        self.run_well("assemble", "patches.npz", "--solve", "--iterations", 2, "--lambda", 0.5, "-o",
                      "few.npz")
        self.assertEqual(self.metadata("few.npz")["solve"]["iterations"], 2)
        for option, value in (("--tolerance", 1), ("--tolerance", -1), ("--iterations", 0),
                              ("--lambda", -1), ("--lambda", "x")):
            self.run_badly("assemble", "patches.npz", "--solve", option, value, "-o", "no.npz",
                           says=(option,))
        for option, value in (("--tolerance", 0.5), ("--iterations", 5), ("--lambda", 0.5)):
            self.run_badly("assemble", "patches.npz", option, value, "-o", "no.npz",
                           says=(option, "--solve"))

    def test_patches_from_elsewhere(self):
        image = self.complex_image(20, 20)
        corners = np.array([[0, 0], [10, 9]], float)
        patches = np.stack([image[:8, :8], image[10:18, 9:17]])
        np.savez(self.path("mine.npz"), patches=patches, positions=corners + 4)
        self.run_badly("assemble", "mine.npz", "-o", "out.npz", says=("metadata", "--shape"))
        self.run_well("assemble", "mine.npz", "--shape", 20, 20, "--anchor", "half", "-o",
                      "out.npz")
        out = self.load("out.npz")["image"]
        np.testing.assert_allclose(out[:8, :8], image[:8, :8], atol=1e-13)
        np.testing.assert_allclose(out[10:18, 9:17], image[10:18, 9:17], atol=1e-13)

    def test_files_that_do_not_fit_are_refused(self):
        self.round_trip(self.complex_image(20, 20), np.array([[2, 3], [4, 4]], float), n=5)
        good = self.load("patches.npz")
        metadata = json.loads(str(good["metadata"]))

        def refuse(*says, **changes):
            arrays = {**good, **changes}
            np.savez(self.path("bad.npz"),
                     **{key: value for key, value in arrays.items() if value is not None})
            self.run_badly("assemble", "bad.npz", "-o", "new.npz", says=("bad.npz", *says))

        def changed(**values):
            return json.dumps({**metadata, **values})

        refuse("'patches' is missing", patches=None)
        refuse("'positions' is missing", positions=None)
        refuse("expected (2, h, w)", patches=good["patches"][:1])
        refuse("(2, 25)", patches=good["patches"].reshape(2, 25))
        refuse("at least one pixel", patches=good["patches"][:, :0])
        refuse("expected (K, 2)", positions=good["positions"].T[:, :1])
        refuse("nan", positions=good["positions"] * np.nan)
        refuse("text", patches=np.array(["a", "b"]).reshape(2, 1, 1))
        refuse("JSON", metadata="{")
        refuse("JSON", metadata="[]")
        refuse("text", metadata=3.0)
        refuse("expected one", metadata=["{}", "{}"])
        refuse("schema", metadata="{}")
        refuse("schema", metadata=changed(schema="ptychopatch/scan"))
        refuse("schema_version", metadata=changed(schema_version=2))
        refuse("options", metadata=changed(options=3))
        refuse("is missing", metadata=changed(options={}))
        for key, value in (("anchor", "top"), ("layout", 3), ("patch_width", "5"),
                           ("group_size", 1.5), ("constant", [1]), ("jitter_sigma", None)):
            refuse(key, metadata=changed(options={**metadata["options"], key: value}))
        refuse("group_size", metadata=changed(options={**metadata["options"], "group_size": 0}))
        refuse("multiple of the group size 3",
               metadata=changed(options={**metadata["options"], "group_size": 3}))
        for shape in ([20], [20, -1], [20, "x"], "20", None, [[20, 20]]):
            refuse("shape", metadata=changed(image={"shape": shape}))
        refuse("memory", metadata=changed(image={"shape": [1 << 31, 1 << 31]}))


if __name__ == "__main__":
    unittest.main()
