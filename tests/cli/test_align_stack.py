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
import reference
import scenes
from command import COMMAND, SEED, CommandTest

SIZE = (72, 84)


def moved(image, shift, period):
    """image(y - dy, x - dx) by bicubic taps `period` pixels apart; NaN where a tap is outside or NaN."""
    out = np.zeros(image.shape)
    axes = []
    for size, d in zip(image.shape, shift):
        # A pixel's taps are those of its phase's lattice.
        axes.append([(t * period, w) for t, w in reference.taps(-d / period, "bicubic")])
    for dy, wy in axes[0]:
        for dx, wx in axes[1]:
            i, j = np.arange(image.shape[0]) + dy, np.arange(image.shape[1]) + dx
            inside = np.ix_((i >= 0) & (i < image.shape[0]), (j >= 0) & (j < image.shape[1]))
            tap = np.full(image.shape, np.nan)
            tap[inside] = image[np.ix_(i[inside[0].ravel()], j[inside[1].ravel()])]
            out += wy * wx * tap
    return out


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


MOSAICS = {"RGGB": "RG/GB", "GBRG": "GB/RG", "XTRANS": "GGRGGB/GGBGGR/BRGRBG/GGBGGR/GGRGGB/RBGBRG"}


def fitted(image, colours, shift, reach):
    """The value about where each pixel lies in the image, from its pixels of that pixel's own colour,
    and the weight of it: weighted least squares of a plane, whose slopes are damped."""
    height, width = image.shape
    values, weights = np.zeros((2, height, width))
    for y in range(height):
        for x in range(width):
            at = np.array([y - shift[0], x - shift[1]])
            near = np.rint(at).astype(int)
            if (near < 0).any() or (near >= image.shape).any():
                continue
            r = np.mgrid[max(near[0] - reach, 0):min(near[0] + reach + 1, height),
                         max(near[1] - reach, 0):min(near[1] + reach + 1, width)].reshape(2, -1)
            r = r[:, colours[tuple(r)] == colours[y, x]]
            if r.size == 0:
                continue
            pixels = image[tuple(r)].astype(float)
            d = np.vstack([np.ones(r.shape[1]), r - at[:, None]])
            w = np.exp(-2 * np.sum(d[1:] ** 2, axis=0))
            normal = (d * w) @ d.T + np.diag([0, 0.03, 0.03]) * w.sum()
            values[y, x] = np.linalg.solve(normal, (d * w) @ pixels)[0]
            weights[y, x] = 1 / np.linalg.inv(normal)[0, 0]
    return values, weights


class AlignStackTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.picture = 1000 * scenes.smooth_noise(self.rng, SIZE[0] + 24, SIZE[1] + 24)

    def image(self, dy, dx, noise=5.0):
        whole = scenes.shifted(self.picture, dy, dx)[12:-12, 12:-12]
        return (whole + noise * self.rng.standard_normal(SIZE)).astype(np.float32)

    def write_images(self, count, noise=5.0):
        """A reference and others, which lie anywhere around it."""
        shifts = [(0, 0), *self.rng.uniform(-5, 5, (count, 2))]
        self.shifts = np.array(shifts)
        images = [self.image(*shift, noise) for shift in shifts]
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        return images, [f"m{i}.npy" for i in range(1, count + 1)]

    def stack(self, mode, names, output, *more):
        self.run_well("align", "--ref", "m0.npy", *names, "--stack", mode, "-o", output, "--records",
                      "r.json", "--overwrite", *more)
        return scenes.read_records(self.path("r.json"))

    def laid(self, images, records, cfa_period=1, gains=None):
        """All images on the reference's pixels, by the shifts that were found."""
        planes = [np.asarray(images[0], np.float64)]
        for i, (image, record) in enumerate(zip(images[1:], records)):
            gain = 1 if gains is None else gains[i]
            planes.append(gain * moved(np.asarray(image, np.float64), record["shift"], cfa_period))
        return np.array(planes)

    def assert_near(self, got, want, atol):
        np.testing.assert_allclose(got, want, rtol=0, atol=atol, err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")

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
        records = self.stack("clip", names, "clean.npy")
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
        """Images of very different noise: of none much is left out."""
        images = [self.image(*shift, noise) for shift, noise in
                  zip([(0, 0), *self.rng.uniform(-5, 5, (7, 2))], (1, 4, 4, 12, 12, 30, 30, 30))]
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        done = self.execute("align", "--ref", "m0.npy", *(f"m{i}.npy" for i in range(1, 8)), "--stack", "clip",
                            "-o", "s.npy", "--progress", "none")
        share = float(re.search(rb"8 images; ([0-9.]+) % of their values", done.stderr)[1])
        self.assertLess(share, 0.5, f"PTYCHOPATCH_TEST_SEED={SEED}")

    def test_pixels_that_are_clipped_tell_nothing(self):
        images, names = self.write_images(3)
        y, x = self.rng.integers(15, 45, 2)
        for image in images[1:]:
            image[y, x] = 2500
        # A lamp, which moves with the scene.
        for image, (dy, dx) in zip(images, np.rint(self.shifts).astype(int)):
            image[y - dy:y + 12 - dy, x + 14 - dx:x + 26 - dx] = 2600 + self.rng.uniform(0, 100)
        for i, image in enumerate(images):
            np.save(self.path(f"m{i}.npy"), image)
        for mode in ("mean", "clip"):
            records = self.stack(mode, names, "s.npy", "--white", 2500)
            known = [np.where(image < 2500, image, np.nan) for image in images]
            planes = self.laid(known, records, gains=[r["raw_gain"] for r in records])
            if mode == "mean":
                got = np.load(self.path("s.npy"))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    want = np.nanmean(planes, axis=0)
                # Where no image tells anything the reference's own pixel stays.
                want = np.where(np.isnan(want), images[0], want)
                self.assert_near(got, want, 4e-3)
                self.assertEqual(got[y + 6, x + 20], images[0][y + 6, x + 20])
            self.assertLess(np.abs(np.load(self.path("s.npy"))[y, x] - self.picture[y + 12, x + 12]), 40)

    def test_mosaics_keep_their_colours_and_their_detail(self):
        name = self.rng.choice(sorted(MOSAICS))
        pattern = np.array([["RGB".index(c) for c in row] for row in MOSAICS[name].split("/")])
        colours = np.tile(pattern, (50, 50))[:SIZE[0], :SIZE[1]]
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
            value, weight = fitted(image, colours, shift, 2 if len(pattern) == 2 else 3)
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
        # By a motion of nearly nothing but a shift, as by the shift.
        self.stack("mean", names, "moved.npy", "--cfa", name, "--model", "affine")
        self.assertLess(np.std((np.load(self.path("moved.npy")) - truth)[inner]), 16,
                        f"{name}, PTYCHOPATCH_TEST_SEED={SEED}")

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
            run = ["align", "--ref", "m0.npy", *names, "--stack", mode, "-o"]
            self.run_well(*run, f"{mode}1.npy", "-j", 1, "-q")
            budget = self.min_budget(*run, f"{mode}2.npy")
            self.run_well(*run, f"{mode}2.npy", "-j", 2, "-q", "--memory-budget", budget)
            self.assertEqual(self.path(f"{mode}1.npy").read_bytes(), self.path(f"{mode}2.npy").read_bytes())

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
