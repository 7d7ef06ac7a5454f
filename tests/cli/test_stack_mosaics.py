# SPDX-License-Identifier: Apache-2.0
"""Mosaics that `align --stack` combines to one, beside NumPy's own least squares."""
import json

import numpy as np

import scenes
from command import SEED
from stacks import MOSAICS, SIZE, StackTest, colours_of, fitted


class StackMosaicsTest(StackTest):
    def test_mosaics_keep_their_colours_and_their_detail(self):
        name = self.rng.choice(sorted(MOSAICS))
        colours, reach = colours_of(name)
        # Finer detail than a mosaic's colours sample is no measure of a stack.
        whole, *parts = (scenes.smooth_noise(self.rng, *self.picture.shape, 1.2) for _ in range(4))
        planes = [1000 * whole + 100 * part for part in parts]

        def mosaic(dy, dx, noise):
            seen = np.choose(colours, [scenes.shifted(plane, dy, dx)[12:-12, 12:-12] for plane in planes])
            return (seen + noise * self.rng.standard_normal(SIZE)).astype(np.float32)
        images = [mosaic(0, 0, 20), *(mosaic(*self.rng.uniform(-4, 4, 2), 20) for _ in range(8))]
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        names = [f"m{i}.npy" for i in range(1, 9)]
        records = self.stack("mean", names, "mean.npy", "--cfa", name)
        sums, weights = np.zeros((2, *SIZE))
        for image, shift in zip(images, [(0, 0)] + [record["shift"] for record in records]):
            value, weight = fitted(image, colours, shift, reach)
            sums += weight * value
            weights += weight
        got = np.load(self.path("mean.npy"))
        self.assert_near(got, sums / weights, 2e-2)
        # Nearer to the truth than the reference, whose noise is 20.
        inner = (slice(8, -8), slice(8, -8))
        truth = np.choose(colours, [plane[12:-12, 12:-12] for plane in planes])
        self.assertLess(np.std((got - truth)[inner]), 16, f"{name}, PTYCHOPATCH_TEST_SEED={SEED}")
        self.stack("clip", names, "clip.npy", "--cfa", name)
        clip = np.load(self.path("clip.npy"))
        self.assertLess(np.std((clip - truth)[inner]), 16, f"{name}, PTYCHOPATCH_TEST_SEED={SEED}")

    def test_a_mosaic_that_is_turned_lies_on_the_reference(self):
        size, name = (300, 340), self.rng.choice(sorted(MOSAICS))
        colours, _ = colours_of(name, size)
        y, x = np.mgrid[:size[0], :size[1]]
        blobs = [(*self.rng.uniform((0, 0), size), self.rng.uniform(2.5, 4), self.rng.uniform(-1, 1))
                 for _ in range(260)]
        tints = self.rng.uniform(0.8, 1.2, (3, 1, 1))

        def look(angle, dy, dx):
            """Content at p lies at c + R (p - c) + d, evaluated by where it comes from."""
            cy, cx = (size[0] - 1) / 2, (size[1] - 1) / 2
            by, bx = y - cy - dy, x - cx - dx
            py = cy + np.cos(angle) * by + np.sin(angle) * bx
            px = cx - np.sin(angle) * by + np.cos(angle) * bx
            seen = sum(height * np.exp(-((py - at_y) ** 2 + (px - at_x) ** 2) / (2 * radius ** 2))
                       for at_y, at_x, radius, height in blobs)
            return np.choose(colours, (4 + seen) * tints)
        truth = look(0, 0, 0)
        turns = self.rng.choice((-1, 1)) * self.rng.uniform(0.0045, 0.006, 3)
        images = [truth, *(look(turn, *self.rng.uniform(-4, 4, 2)) for turn in turns)]
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), (image + 0.002 * self.rng.standard_normal(size)).astype(np.float32))
        inner, left = (slice(30, -30), slice(30, -30)), {}
        for model in ("none", "affine", "field"):
            asked = () if model == "none" else ("--model", model)
            records = self.stack("mean", ["m1.npy", "m2.npy", "m3.npy"], "s.npy", "--cfa", name, *asked)
            if asked:
                self.assertEqual([record["motion"]["status"] for record in records], ["ok"] * 3)
            left[model] = np.std((np.load(self.path("s.npy")) - truth)[inner])
        for model in ("affine", "field"):
            self.assertLess(left[model], 0.003, f"{left}, {name}, PTYCHOPATCH_TEST_SEED={SEED}")
            self.assertLess(left[model], 0.6 * left["none"], f"{left}, {name}, PTYCHOPATCH_TEST_SEED={SEED}")

    def test_dng(self):
        self.run_well("simulate", "scene", "set", "--iso", "100", "100", "100", "--size", "96", "120",
                      "--cfa", self.rng.choice(("RGGB", "XTRANS")), "--seed", SEED, "-q")
        folder = next(self.path("set/src").glob("*/simulated"))
        gt, = (folder / "gt").iterdir()
        names = sorted(str(path) for path in folder.glob("*.dng"))
        self.run_well("align", "--ref", gt, *names, "--stack", "mean", "-o", "s.dng", "-q")
        self.run_well("align", "--ref", gt, "s.dng", "-o", "r.json", "-q")
        record, = scenes.read_records(self.path("r.json"))
        # Finer steps, the same picture in its colours.
        self.assertLess(np.abs(record["shift"]).max(), 0.06, f"PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertAlmostEqual(record["raw_gain"], 1, delta=1e-2)
        self.assertLess(record["best_alignment_loss"], 4e-3)

    def test_dng_levels(self):
        """They fill 16 bits, from below and from above."""
        images, names = self.write_images(2)
        for white in (3, 4000, 90000):
            for i, image in enumerate(images):
                np.save(self.path(f"m{i}.npy"), (image * white / 4000).astype(np.float32))
            more = ("--cfa", "RGGB", "--white", white, "--black", white / 100)
            self.stack("mean", names, "s.dng", *more)
            self.stack("mean", names, "s.npy", *more)
            done = self.run_well("align", "--ref", "s.dng", "s.npy", *more)
            record, = json.loads(done)
            self.assertEqual(record["status"], "ok", record)
            self.assertAlmostEqual(record["raw_gain"], 1, delta=1e-3, msg=f"white {white}")
