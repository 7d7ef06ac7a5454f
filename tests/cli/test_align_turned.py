# SPDX-License-Identifier: Apache-2.0
"""`align --search rotation`: images that are turned and scaled."""
import math
import unittest

import numpy as np

import scenes
from command import SEED, CommandTest

SIDE = 300


class AlignTurnedTest(CommandTest):
    def draw_scene(self):
        """Blobs: places from the middle, radii, heights."""
        count = 5000
        places = self.rng.uniform(-1.2 * SIDE, 1.2 * SIDE, (count, 2))
        radii = np.exp(self.rng.uniform(math.log(1.5), math.log(10.0), count))
        return places, radii, self.rng.normal(size=count)

    def look(self, scene, degrees=0.0, scale=1.0, shift=(0.0, 0.0)):
        """Content x from the middle is seen at shift + scale R x from it, counterclockwise as rows
        go down; the sum of the blobs at each pixel."""
        places, radii, heights = scene
        c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
        middle = (SIDE - 1) / 2
        seen = places @ np.array(((c, -s), (s, c))).T + shift + middle
        out = np.zeros((SIDE, SIDE))
        for (y, x), radius, height in zip(seen, scale * radii, heights):
            rows, columns = (slice(max(0, math.ceil(p - 5 * radius)),
                                   min(SIDE, math.floor(p + 5 * radius) + 1)) for p in (y, x))
            if rows.start >= rows.stop or columns.start >= columns.stop:
                continue
            down = np.exp(-(np.arange(SIDE)[rows] - y) ** 2 / (2 * radius ** 2))
            across = np.exp(-(np.arange(SIDE)[columns] - x) ** 2 / (2 * radius ** 2))
            out[rows, columns] += height * down[:, None] * across
        return out + 0.05 * self.rng.normal(size=out.shape)

    def align(self, *arguments, status=0):
        done = self.execute("align", *arguments, "-o", "r.json", "-q", "--overwrite")
        self.assertEqual(done.returncode, status,
                         f"PTYCHOPATCH_TEST_SEED={SEED}\n{arguments}\n{done.stderr.decode()}")
        return done.stderr.decode()

    def check(self, name, write):
        scene = self.draw_scene()
        degrees, scale = self.rng.uniform(-180, 180), math.exp(self.rng.uniform(-0.4, 0.4))
        shift = self.rng.uniform(-8, 8, 2)
        write("a" + name, self.look(scene))
        write("b" + name, self.look(scene, degrees, scale, shift))
        self.align("--ref", "a" + name, "b" + name, "--model", "similarity", "--search", "rotation")
        record, = scenes.read_records(self.path("r.json"))
        note = f"PTYCHOPATCH_TEST_SEED={SEED}: {degrees} degrees, {scale}, {shift}"
        motion = record["motion"]
        self.assertEqual((record["status"], motion["status"]), ("ok", "ok"), note)
        self.assertLess(abs(math.remainder(motion["rotation"] - degrees, 360)), 0.1, note)
        self.assertLess(abs(motion["scale"] / scale - 1), 2e-3, note)
        np.testing.assert_allclose(record["shift"], -shift, atol=0.2, err_msg=note)

    def test_an_array(self):
        self.check(".npy", lambda name, image: np.save(self.path(name), image.astype(np.float32)))

    def test_a_tiff(self):
        def write(name, image):
            levels = np.clip(20000 + 1500 * image, 0, 65535).astype(np.uint16)
            self.path(name).write_bytes(scenes.tiff(levels))
        self.check(".tif", write)

    def test_without_the_search_it_is_none(self):
        scene = self.draw_scene()
        for name, degrees in (("a.npy", 0.0), ("b.npy", self.rng.uniform(30, 150))):
            np.save(self.path(name), self.look(scene, degrees).astype(np.float32))
        self.align("--ref", "a.npy", "b.npy", "--model", "similarity", status=2)
        self.assertNotEqual(scenes.read_records(self.path("r.json"))[0]["status"], "ok")

    def test_refused(self):
        np.save(self.path("a.npy"), self.rng.normal(size=(64, 64)))
        pair = ("--ref", "a.npy", "a.npy", "--search", "rotation")
        for more, words in (((), "--model similarity"), (("--model", "translation"), "--model"),
                            (("--model", "affine", "--method", "phase"), "--method ml"),
                            (("--model", "affine", "--closure"), "--closure and --search")):
            with self.subTest(more=more):
                self.assertIn(words, self.align(*pair, *more, status=2))


if __name__ == "__main__":
    unittest.main()
