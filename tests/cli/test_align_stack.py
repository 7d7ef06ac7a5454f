# SPDX-License-Identifier: Apache-2.0
"""Images that `align --stack` combines to one, beside NumPy's own resampling and means."""
import json
import os
import re
import signal
import struct
import subprocess
import unittest
import warnings

import numpy as np

import formats
import scenes
from command import COMMAND, SEED
from stacks import MOSAICS, SIZE, StackTest, colours_of, fitted, moved


def read_tiff(data):
    """The pixels of an uncompressed TIFF of floats, by its directory."""
    self = {}
    at, = struct.unpack_from("<I", data, 4)
    count, = struct.unpack_from("<H", data, at)
    for i in range(count):
        tag, form, number = struct.unpack_from("<HHI", data, at + 2 + 12 * i)
        code = {3: "H", 4: "I"}.get(form)
        if code is None:
            continue
        place = at + 10 + 12 * i
        if struct.calcsize(code) * number > 4:
            place, = struct.unpack_from("<I", data, place)
        self[tag] = struct.unpack_from(f"<{number}{code}", data, place)
    assert (self[258], self[339], self[259]) == ((32,), (3,), (1,)), self
    strips = b"".join(data[begin:begin + size] for begin, size in zip(self[273], self[279]))
    return np.frombuffer(strips, "<f4").reshape(self[257][0], self[256][0])


class AlignStackTest(StackTest):
    def test_a_mean_is_that_of_what_the_shifts_lay_on_each_other(self):
        images, names = self.write_images(int(self.rng.integers(1, 6)))
        records = self.stack("mean", names, "s.npy")
        want = np.nanmean(self.laid(images, records), axis=0)
        got = np.load(self.path("s.npy"))
        self.assertEqual(got.dtype, np.float32)
        self.assert_near(got, want, 2e-3)

    def test_every_format_has_the_same_pixels(self):
        _, names = self.write_images(3)
        self.stack("mean", names, "s.npy")
        want = np.load(self.path("s.npy"))
        for ending in ("tif", "tiff", "mrc", "h5", "hdf5"):
            self.stack("mean", names, f"s.{ending}")
            data = self.path(f"s.{ending}").read_bytes()
            if ending.startswith("tif"):
                got = read_tiff(data)
            elif ending == "mrc":
                header = np.frombuffer(data[:1024], "<i4")
                self.assertEqual(tuple(header[:4]), (SIZE[1], SIZE[0], 1, 2))
                self.assertEqual(data[208:216], b"MAP \x44\x44\0\0")
                got = np.frombuffer(data[1024:], "<f4").reshape(SIZE)
                densities = np.frombuffer(data[:1024], "<f4")
                np.testing.assert_allclose(densities[19:22], (got.min(), got.max(), got.mean()), rtol=1e-6)
                np.testing.assert_allclose(densities[54], got.std(), rtol=1e-5)
            elif formats.h5py is not None:
                with formats.h5py.File(self.path(f"s.{ending}")) as file:
                    got = file["image"][()]
                    metadata = json.loads(file.attrs["metadata"])
                self.assertEqual((metadata["schema"], metadata["images"]), ("ptychopatch/image", 4))
            else:
                continue
            np.testing.assert_array_equal(got, want, ending)
        # What is written is read again.
        for ending in ("tif", "mrc", "npy"):
            self.run_well("align", "--ref", "m0.npy", f"s.{ending}", "-q")

    def test_clip_leaves_out_what_the_others_contradict(self):
        images, names = self.write_images(6)
        self.stack("clip", names, "clean.npy")
        before = np.load(self.path("clean.npy"))
        # A streak across one image, a spot in two others, a hot reference's pixel.
        height, width = SIZE
        truth = self.picture[12:-12, 12:-12]
        rows = self.rng.integers(10, height - 10, 3)
        images[1][rows[0]:rows[0] + 3] += 600
        for i in (2, 3):
            images[i][rows[1]:rows[1] + 3, width // 2:width // 2 + 3] += 500
        images[0][rows[2], 20] += 900
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        records = self.stack("clip", names, "clip.npy")
        self.stack("mean", names, "mean.npy")
        got, mean = np.load(self.path("clip.npy")), np.load(self.path("mean.npy"))
        inner = (slice(8, -8), slice(8, -8))
        self.assertLess(np.abs(got - truth)[inner].max(), 40, f"PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertGreater(np.abs(mean - truth)[inner].max(), 80)
        self.assertLess(np.abs(before - truth)[inner].max(), 20)
        # Sound values stay but for some.
        planes = self.laid(images, records)
        middle = np.nanmedian(planes, axis=0)
        sound = np.all(np.abs(planes - middle) < 15, axis=0)
        same = np.abs(got - np.nanmean(planes, axis=0))[sound] < 2e-3
        self.assertGreater(np.mean(same), 0.97, f"PTYCHOPATCH_TEST_SEED={SEED}")
        # The limit is the caller's: beyond all nothing is left out, at 0 the middle one stays.
        self.stack("clip", names, "all.npy", "--clip-limit", 1e9)
        self.assert_near(np.load(self.path("all.npy")), mean, 2e-3)
        self.stack("clip", names, "middle.npy", "--clip-limit", 0)
        self.assert_near(np.load(self.path("middle.npy")), middle, 2e-3)

    def test_clip_knows_noise_from_outliers(self):
        """Of a few images as of more, and of very different ones: not much is left out."""
        for strengths in ((5,) * int(self.rng.integers(3, 9)), (1, 4, 4, 12, 12, 30, 30, 30)):
            shifts = [(0, 0), *self.rng.uniform(-5, 5, (len(strengths) - 1, 2))]
            for i, (shift, noise) in enumerate(zip(shifts, strengths)):
                np.save(self.path(f"m{i}.npy"), self.image(*shift, noise))
            done = self.execute("align", "--ref", "m0.npy", *(f"m{i}.npy" for i in range(1, len(strengths))),
                                "--stack", "clip", "-o", "s.npy", "--progress", "none", "--overwrite")
            share = float(re.search(rb" images; ([0-9.]+) % of their values", done.stderr)[1])
            self.assertLess(share, 0.6, f"{strengths}, PTYCHOPATCH_TEST_SEED={SEED}")

    def test_pixels_that_are_clipped_tell_nothing(self):
        images, names = self.write_images(3)
        y, x = self.rng.integers(15, 45, 2)
        for image in images[1:]:
            image[y, x] = 2500
        # A lamp, which moves with the scene.
        for image, (dy, dx) in zip(images, np.rint(self.shifts).astype(int)):
            image[y - dy:y + 12 - dy, x + 14 - dx:x + 26 - dx] = 2600 + self.rng.uniform(0, 100)
        # Half as bright: another exposure, which the lamp shows nothing of.
        images[2] = np.where(images[2] < 2500, images[2] / 2, images[2])
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        known = [np.where(image < 2500, image, np.nan) for image in images]
        cfa = self.rng.choice(sorted(MOSAICS))
        for mode, more in (("mean", ()), ("clip", ()), ("mean", ("--cfa", cfa)), ("clip", ("--cfa", cfa))):
            records = self.stack(mode, names, "s.npy", "--white", 2500, *more)
            got = np.load(self.path("s.npy"))
            gains = self.gains(images, records, 2500)
            if more:
                colours, reach = colours_of(cfa)
                sums, weights = np.zeros((2, *SIZE))
                for image, shift, gain in zip(known, [(0, 0)] + [r["shift"] for r in records], [1, *gains]):
                    value, weight = fitted(image, colours, shift, reach)
                    sums += weight * value * gain
                    weights += weight
                with np.errstate(invalid="ignore"):
                    want = sums / weights
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    want = np.nanmean(self.laid(known, records, gains=gains), axis=0)
            # Where no image tells anything the reference's own pixel stays.
            want = np.where(np.isnan(want), images[0], want)
            self.assertEqual(got[y + 6, x + 20], images[0][y + 6, x + 20])
            if mode == "mean":
                self.assert_near(got, want, 2e-2)
            else:
                self.assertGreater(np.mean(np.abs(got - want) < 2e-2), 0.9, f"PTYCHOPATCH_TEST_SEED={SEED}")

    def test_the_reference_counts_once_and_files_may_hold_several(self):
        images, names = self.write_images(3)
        self.stack("mean", names, "s.npy")
        np.save(self.path("all.npy"), np.array(images[1:]))
        done = self.execute("align", "--ref", "m0.npy", "m0.npy", "all.npy", "--stack", "mean", "-o", "t.npy",
                            "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"'m0.npy' is the reference, which is stacked already", done.stderr)
        self.assertEqual(self.path("s.npy").read_bytes(), self.path("t.npy").read_bytes())

    def test_images_of_other_sizes(self):
        images, _ = self.write_images(0)
        whole = (self.picture[4:-4, 2:-6]).astype(np.float32)
        np.save(self.path("large.npy"), whole)
        np.save(self.path("small.npy"), images[0][5:-9, 7:-2])
        records = self.stack("mean", ["large.npy", "small.npy"], "s.npy")
        got = np.load(self.path("s.npy"))
        planes = [images[0].astype(float)]
        for image, record in zip((whole, images[0][5:-9, 7:-2]), records):
            # Laid on a plane that holds all of it, of which the reference's part stays.
            wide = np.full((SIZE[0] + 40, SIZE[1] + 40), np.nan)
            wide[20:20 + image.shape[0], 20:20 + image.shape[1]] = image
            planes.append(moved(wide, record["shift"], 1)[20:-20, 20:-20])
        self.assert_near(got, np.nanmean(planes, axis=0), 3e-3)

    def test_models_and_images_that_are_not_aligned(self):
        images, names = self.write_images(3)
        np.save(self.path("noise.npy"), self.rng.standard_normal(SIZE))
        done = self.execute("align", "--ref", "m0.npy", *names, "noise.npy", "--stack", "mean", "-o",
                            "s.npy", "--progress", "none")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"wrote 's.npy': 4 images", done.stderr)
        self.assertEqual(done.stdout, b"")
        got = np.load(self.path("s.npy"))
        records = self.stack("mean", names, "again.npy")
        np.testing.assert_array_equal(np.load(self.path("again.npy")), got)
        self.assertEqual(len(records), 3)
        done = self.execute("align", "--ref", "m0.npy", "noise.npy", "--stack", "mean", "-o", "no.npy")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nothing is stacked", done.stderr)
        self.assertFalse(self.path("no.npy").exists())
        self.stack("mean", names, "affine.npy", "--model", "affine")
        self.assertLess(np.abs(np.load(self.path("affine.npy")) - got)[12:-12, 12:-12].std(), 5)

    def test_bits_do_not_depend_on_threads_or_budgets(self):
        _, names = self.write_images(5)
        for mode in ("mean", "clip"):
            for cfa in ("none", "GBRG", "XTRANS"):
                run = ["align", "--ref", "m0.npy", *names, "--stack", mode, "--cfa", cfa, "-o"]
                one, other = f"{mode}{cfa}1.npy", f"{mode}{cfa}2.npy"
                self.run_well(*run, one, "-j", 1, "-q")
                budget = self.min_budget(*run, other)
                self.run_well(*run, other, "-j", 3, "-q", "--memory-budget", budget)
                self.assertEqual(self.path(one).read_bytes(), self.path(other).read_bytes(), other)

    @unittest.skipIf("PTYCHOPATCH_SANITIZED" in os.environ, "a sanitizer takes memory of its own")
    def test_memory_stays_within_the_budget(self):
        big = np.asarray(1000 * scenes.smooth_noise(self.rng, 1200, 1400), np.float32)
        for i, (dy, dx) in enumerate(((0, 0), (3, -2), (-4, 1))):
            np.save(self.path(f"m{i}.npy"), big[10 + dy:-10 + dy, 10 + dx:-10 + dx])
        for mode, ending, more in (("mean", "tif", ()), ("clip", "mrc", ("--model", "field")),
                                   ("mean", "h5", ("--cfa", "RGGB")),
                                   ("clip", "npy", ("--cfa", "XTRANS", "--model", "affine")),
                                   ("mean", "dng", ("--cfa", "RGGB", "--white", 60000, "--model", "affine"))):
            run = ["align", "--ref", "m0.npy", "m1.npy", "m2.npy", "--stack", mode, "-o", f"s.{ending}", "-q",
                   "--overwrite", *more]
            budget = self.min_budget(*run)
            done, peak = self.execute_measured(*run, "--memory-budget", budget)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.assertLess(peak, int(budget[:-1]) * 10**6, f"{mode} {ending}")

    def test_bad_input(self):
        _, names = self.write_images(1)
        run = ("align", "--ref", "m0.npy", *names)
        for more, says in (
                (("--stack", "mean"), (".tif", "'-'")),
                (("--stack", "mean", "-o", "a.json"), (".dng", "'a.json'")),
                (("--stack", "median", "-o", "a.npy"), ("mean or clip", "'median'")),
                (("--stack", "mean", "-o", "a.dng"), (".dng", "mosaics")),
                (("--stack", "mean", "-o", "a.npy", "--resume"), ("--resume",)),
                (("--stack", "mean", "-o", "a.npy", "--shard", "1/2"), ("--shard",)),
                (("--stack", "mean", "-o", "m1.npy", "--overwrite"), ("-o", "input")),
                (("--stack", "mean", "-o", "a.npy", "--records", "a.npy"), ("--records", "-o")),
                (("--stack", "clip", "-o", "a.npy", "--clip-limit", "-1"), ("--clip-limit", "'-1'")),
                (("--stack", "mean", "-o", "none/a.npy"), ("none",)),
                (("--stack", "mean", "-o", "a.npy", "--clip-limit", "3"), ("--clip-limit", "clip")),
                (("--stack", "mean", "-o", "a.npy", "--apply", "d"), ("--records", "--apply")),
                (("--records", "a.json"), ("--records", "--stack"))):
            self.run_badly(*run, *more, says=says)
        self.run_badly("align", "--layout", "rawnind", ".", "--stack", "mean", "-o", "a.npy", says="--ref")
        np.save(self.path("a.npy"), np.zeros(3))
        self.run_badly(*run, "--stack", "mean", "-o", "a.npy", says="a.npy")

    def test_an_interrupted_run_leaves_nothing(self):
        _, names = self.write_images(1)
        before = set(self.listing())
        many = names * 400
        with subprocess.Popen([COMMAND, "align", "--ref", "m0.npy", *many, "--stack", "clip", "-o", "s.npy",
                               "--records", "r.json", "--progress=json"], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                if json.loads(line)["fraction"] > 0.02:
                    break
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
        if process.returncode == 0:
            self.skipTest("it ended before it could be interrupted")
        self.assertEqual(process.returncode, 3, rest)
        self.assertEqual(set(map(str, self.listing())) - set(map(str, before)), {"r.json"})
        self.assertIn("nothing is stacked", rest)
