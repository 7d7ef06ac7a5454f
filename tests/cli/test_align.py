# SPDX-License-Identifier: Apache-2.0
"""The command `align`: records in every format, resumed, in shards, interrupted, with its pictures."""
import json
import os
import signal
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import numpy as np

import scenes
from command import COMMAND, SEED, CommandTest

RAWNIND_KEYS = {"alignment_method", "best_alignment", "best_alignment_loss", "crops", "f_fpath",
                "gt_fpath", "image_set", "is_bayer", "mask_fpath", "mask_mean", "overexposure_lb",
                "raw_gain", "rgb_gain", "rgb_xyz_matrix"}


class AlignTest(CommandTest):
    def scene(self, *arguments, name="s", cfa="RGGB"):
        self.run_well("simulate", "scene", "set", "--size", 212, 218, "--name", name, "--cfa", cfa,
                      "--seed", int(self.rng.integers(1 << 30)), *arguments)
        truth = json.loads(self.path("set/truth.json").read_text())
        return {each["file"].rsplit("/", 1)[1]: each for each in truth}

    def align(self, *arguments, status=0, out="r.json"):
        done = self.execute("align", *arguments, "-o", out, "-q")
        self.assertEqual(done.returncode, status,
                         f"PTYCHOPATCH_TEST_SEED={SEED}\n{arguments}\n{done.stderr.decode()}")
        return scenes.read_records(self.path(out))

    def check_truth(self, records, truth, limit=0.1):
        for record in records:
            self.assertEqual(record["status"], "ok", record)
            of = {key: truth[record[key].rsplit("/", 1)[-1]] for key in ("gt_fpath", "f_fpath")}
            want = np.subtract(of["f_fpath"]["shift"], of["gt_fpath"]["shift"])
            np.testing.assert_allclose(record["shift"], want, atol=limit,
                                       err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")
            if of["f_fpath"]["cfa"] != "XTRANS":
                best = np.array(record["best_alignment"])
                self.assertTrue((best % 2 == 0).all(), best)
                self.assertLessEqual(np.abs(best - want).max(), 1 + limit)
            else:
                a, b = np.array(record["best_alignment"]) / 3
                self.assertTrue(a == int(a) and b == int(b) and (a + b) % 2 == 0)

    def test_a_data_set(self):
        self.scene("--references", 2, "--iso", 100, 3200)
        truth = self.scene("--iso", 800, "--gain", 0.5, name="x", cfa="XTRANS")
        records = self.align("--layout", "rawnind", "set")
        self.assertEqual(len(records), 7)
        self.check_truth(records, truth)
        order = [(r["image_set"], r["gt_fpath"]) for r in records]
        self.assertEqual(order, sorted(order))
        self.assertEqual({(r["gt_fpath"], r["f_fpath"]) for r in records if r["image_set"] == "s"
                          and r["f_fpath"].startswith("gt/")}.__len__(), 2)
        for record in records:
            self.assertLessEqual(RAWNIND_KEYS, record.keys())
            self.assertEqual(record["is_bayer"], record["image_set"] == "s")
            self.assertEqual(record["crops"], [])
            self.assertEqual(record["overexposure_lb"], 1)
            self.assertEqual(record["schema"], "ptychopatch/alignment")
            self.assertEqual(record["options"]["method"], "ml")
            self.assertEqual(record["backend"], "cpu")
            gain = 0.5 if record["image_set"] == "x" else 1
            self.assertAlmostEqual(record["raw_gain"] * gain, 1, delta=0.02)
            self.assertAlmostEqual(record["rgb_gain"] * gain, 1, delta=0.02)
            self.assertGreater(record["mask_mean"], 0.5)
            self.assertTrue(0 < min(record["shift_sigma"]) and max(record["shift_sigma"]) < 0.1)
            self.assertGreater(record["coherence"], 0.3)

    def test_formats_say_the_same(self):
        self.scene("--iso", 100, 3200)
        self.path("set/src/Bayer/s/broken, \"file\".dng").write_bytes(b"II*\0")
        want = self.align("--layout", "rawnind", "set", status=1)
        self.assertEqual([r["status"] for r in want].count("ok"), 2)
        for name in ("r.csv", "r.yaml"):
            got = self.align("--layout", "rawnind", "set", status=1, out=name)
            self.assertEqual(got, want)
            self.assertEqual([list(r) for r in got], [list(r) for r in want])
        for record in want:
            self.assertTrue(record["status"] == "ok" or "broken" in record["reason"])
        done = self.execute("align", "--layout", "rawnind", "set", "--format", "csv")
        self.assertEqual(done.stdout, self.path("r.csv").read_bytes())
        self.assertIn(b"3 = 2 ok + 1 truncated", done.stderr)

    def test_arrays_in_every_container(self):
        picture = scenes.smooth_noise(self.rng, 160, 200)
        shift = self.rng.uniform(-6, 6, 2)
        moving = scenes.shifted(picture, *shift)
        for dtype, scale in ((np.uint16, 9000), (np.float32, 1), (np.float64, 1), (np.uint8, 90)):
            for name, data in (("a.npy", picture), ("b.npy", moving)):
                np.save(self.path(name), np.clip(scale * data[20:-20, 20:-20], 0, 65000).astype(dtype))
            record, = self.align("--ref", "a.npy", "b.npy", "--overwrite")
            self.assertEqual(record["status"], "ok", record)
            np.testing.assert_allclose(record["shift"], shift, atol=0.1,
                                       err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")
            self.assertIsNone(record["image_set"])
            self.assertEqual((record["gt_fpath"], record["f_fpath"]), ("a.npy", "b.npy"))

    def test_motion_beyond_one_shift(self):
        picture = scenes.smooth_noise(self.rng, 300, 320)
        moving = scenes.shifted(picture, 2.25, -3.5)
        other = scenes.smooth_noise(self.rng, 300, 320)
        apart = moving.copy()
        apart[100:200, 120:230] = other[100:200, 120:230]
        still = picture.copy()
        still[100:200, 120:230] = np.roll(other, (-3, 4), (0, 1))[100:200, 120:230]
        for name, data in (("a.npy", picture), ("b.npy", moving), ("c.npy", still), ("d.npy", apart)):
            np.save(self.path(name), data[15:-15, 15:-15].astype(np.float32))
        plain, = self.align("--ref", "a.npy", "b.npy")
        self.assertIsNone(plain["motion"])
        self.assertIsNone(plain["moving"])
        for name in ("r.json", "r.csv", "r.yaml"):
            record, = self.align("--ref", "a.npy", "b.npy", "--model", "affine", "--overwrite",
                                 out=name)
            motion = record["motion"]
            self.assertIs(record["moving"], False)
            self.assertEqual((motion["model"], motion["status"]), ("affine", "ok"))
            np.testing.assert_allclose(motion["shift"], (2.25, -3.5), atol=0.05)
            np.testing.assert_allclose(motion["matrix"], np.eye(2), atol=2e-3)
            self.assertEqual(np.shape(motion["covariance"]), (6, 6))
            self.assertLess(max(motion["chi_square"].values()), 3)
            self.assertEqual(motion["tiles_used"] + motion["tiles_rejected"], motion["tiles"])
            self.assertIsNone(motion["field"])
        record, = self.align("--ref", "c.npy", "d.npy", "--model", "field", "--overwrite")
        self.assertIs(record["moving"], True)
        self.assertGreater(max(record["shift_sigma"]), 0.3)
        field = record["motion"]["field"]
        self.assertEqual(len(field), record["motion"]["tiles"])
        moving = [tile for tile in field if tile["status"] == "moving"]
        self.assertEqual(len(moving), record["motion"]["tiles_rejected"])
        self.assertTrue(moving and len(moving) < len(field) / 2)

    def test_containers_hold_the_same(self):
        picture = scenes.smooth_noise(self.rng, 120, 140)
        levels = [np.clip(9000 * p[10:-10, 10:-10], 0, 65535).astype(np.uint16)
                  for p in (picture, scenes.shifted(picture, 1.75, -2.5))]
        wanted = None
        for end, write in (("npy", None), ("png", scenes.png16), ("tif", scenes.tiff),
                           ("tiff", lambda p: scenes.tiff(p, ">"))):
            for name, data in zip("ab", levels):
                path = self.path(f"{name}.{end}")
                np.save(path, data) if write is None else path.write_bytes(write(data))
            record, = self.align("--ref", f"a.{end}", f"b.{end}", "--cfa", "GRBG", "--black", 100,
                                 "--white", 60000, "--overwrite")
            self.assertEqual((record["status"], record["cfa"]), ("ok", "GRBG"), record)
            self.assertEqual(record["is_bayer"], True)
            wanted = wanted or record
            for key in ("shift", "shift_sigma", "raw_gain", "best_alignment_loss", "mask_mean"):
                self.assertEqual(record[key], wanted[key], (end, key))
        # Colours become luma: of three that are equal, themselves.
        for name, data in zip("ab", levels):
            grey = np.repeat(data[:, :, None], 3, axis=2)
            self.path(f"{name}.png").write_bytes(scenes.png16(grey))
            self.path(f"{name}.tif").write_bytes(scenes.tiff(grey.astype(np.float32)))
            np.save(self.path(f"{name}.npy"), data.astype(np.float32))
        shifts = [self.align("--ref", f"a.{end}", f"b.{end}", "--hot-pixels", "off",
                             "--overwrite")[0]["shift"] for end in ("npy", "png", "tif")]
        np.testing.assert_allclose(shifts[1:], [shifts[0]] * 2, atol=1e-4)
        record, = self.align("--ref", "a.npy", "a.png", "--cfa", "RGGB", "--overwrite", status=2)
        self.assertEqual(record["status"], "demosaiced")

    def test_damaged_images(self):
        good = scenes.smooth_noise(self.rng, 64, 64)
        np.save(self.path("good.npy"), good)
        levels = (9000 * good).astype(np.uint16)
        whole = {"x.png": scenes.png16(levels), "x.tif": scenes.tiff(levels)}
        for name, data in whole.items():
            for size in self.rng.integers(1, len(data) - 20, 10):
                self.path(name).write_bytes(data[:size])
                record, = self.align("--ref", "good.npy", name, "--overwrite", status=2)
                self.assertIn(name, record["reason"])
                self.assertIn(record["status"], ("unreadable", "truncated", "not-a-mosaic",
                                                 "no-image-data", "unsupported"))

    def test_stacks(self):
        picture = scenes.smooth_noise(self.rng, 120, 120)
        shifts = self.rng.uniform(-4, 4, (3, 2))
        stack = np.array([scenes.shifted(picture, *s)[10:-10, 10:-10] for s in shifts], np.float32)
        np.save(self.path("a.npy"), picture[10:-10, 10:-10])
        np.save(self.path("stack.npy"), stack)
        header = np.zeros(256, np.int32)
        header[:4] = (100, 100, 3, 2)
        header[52:54] = (int.from_bytes(b"MAP ", "little"), 0x4444)
        self.path("stack.mrc").write_bytes(header.tobytes() + stack.tobytes())
        for name in ("stack.npy", "stack.mrc"):
            records = self.align("--ref", "a.npy", name, "--overwrite")
            self.assertEqual([r["f_fpath"] for r in records], [f"{name}[{i}]" for i in range(3)])
            np.testing.assert_allclose([r["shift"] for r in records], shifts, atol=0.1,
                                       err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")
        self.run_badly("align", "--ref", "stack.npy", "a.npy", says=("--ref", "3"))

    def test_largest_shifts(self):
        a, b = np.zeros((2, 64, 64), np.float32)
        a[30, 40] = b[27, 45] = 1
        b[30, 46] = 0.9
        for name, data in (("a.npy", a), ("b.npy", b)):
            np.save(self.path(name), data)
        for most, want in (("20", [3, -5]), ("2,20", [0, -6]), ("20,5", [3, -5]), ("0", [3, -5])):
            record, = self.align("--ref", "a.npy", "--method", "cross", "--max-shift", most, "b.npy",
                                 "--overwrite")
            self.assertEqual(record["shift"], want, most)

    def test_one_bright_pixel(self):
        """Moved by the shift, the image lies on the reference."""
        a, b = np.zeros((2, 64, 64), np.float32)
        a[30, 40] = b[27, 45] = 1
        np.save(self.path("a.npy"), a)
        np.save(self.path("b.npy"), b)
        record, = self.align("--ref", "a.npy", "b.npy", "--method", "cross")
        self.assertEqual(record["shift"], [3, -5])

    def test_methods_and_refusals(self):
        self.scene("--iso", 100)
        for method in ("phase", "cross", "per-plane"):
            for record in self.align("--layout", "rawnind", "set", "--method", method,
                                     "--overwrite"):
                self.assertEqual(record["alignment_method"], method)
                self.assertIsNone(record["shift_sigma"])
        np.save(self.path("f.npy"), np.ones((64, 64)))
        np.save(self.path("n.npy"), np.full((64, 64), np.nan))
        np.save(self.path("t.npy"), np.ones((2, 2)))
        np.save(self.path("c.npy"), np.ones((64, 64), complex))
        np.save(self.path("good.npy"), scenes.smooth_noise(self.rng, 64, 64))
        names = ["f.npy", "n.npy", "t.npy", "c.npy", "missing.npy"]
        records = self.align("--ref", "good.npy", *names, "--overwrite", status=2)
        for record, word in zip(records, ("flat", "not-finite", "too-small", "unsupported",
                                          "unreadable")):
            self.assertEqual(record["status"], word, record)
            self.assertTrue(record["reason"])
        records = self.align("--ref", "good.npy", "good.npy", *names, "--overwrite", status=1)
        self.assertEqual(records[0]["status"], "ok")
        records = self.align("--ref", "f.npy", "good.npy", "--overwrite", status=2)
        self.assertEqual(records[0]["status"], "reference")

    def test_mosaics_of_other_phases_are_not_mixed(self):
        self.scene("--iso", 100, "--max-shift", 0)
        self.scene("--iso", 100, "--max-shift", 0, name="g", cfa="GBRG")
        files = [sorted(self.path(f"set/src/Bayer/{s}").glob("*.dng"))[0] for s in "sg"]
        record, = self.align("--ref", *files, status=2)
        self.assertEqual(record["status"], "other-cfa")
        self.assertIn("GBRG", record["reason"])

    def test_masks(self):
        picture = scenes.smooth_noise(self.rng, 140, 160)
        shift = self.rng.uniform(-3, 3, 2)
        a, b = picture[20:-20, 20:-20].copy(), scenes.shifted(picture, *shift)[20:-20, 20:-20].copy()
        mask = np.ones(a.shape, np.uint8)
        mask[10:40, 10:60] = 0
        a[10:40, 10:60] = self.rng.normal(1, 3, (30, 50))  # what the mask must keep out
        for name, data in (("a.npy", a), ("b.npy", b), ("m.npy", mask), ("w.npy", mask[1:])):
            np.save(self.path(name), data)
        record, = self.align("--ref", "a.npy", "b.npy", "--mask", "m.npy")
        self.assertEqual(record["status"], "ok")
        np.testing.assert_allclose(record["shift"], shift, atol=0.1,
                                   err_msg=f"PTYCHOPATCH_TEST_SEED={SEED}")
        done = self.execute("align", "--ref", "a.npy", "b.npy", "--mask", "w.npy", "-o", "x.json")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--mask", done.stderr)

    def test_resume(self):
        self.scene("--iso", 100, 800, 3200)
        first = self.align("--layout", "rawnind", "set", "--shard", "1/1")
        for suffix in ("json", "csv", "yaml"):
            out = f"p.{suffix}"
            self.align("--layout", "rawnind", "set", out=out)
            whole = self.path(out).read_bytes()
            # Two records are lost and one was not ok: only these are done again.
            if suffix == "json":
                self.path(out).write_text(json.dumps(
                    [first[1], dict(first[2], status="unreadable", reason="gone")]))
                done = self.execute("align", "--layout", "rawnind", "set", "--resume", "-o", out)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(b"1 of 3 pairs are done already", done.stderr)
            else:
                self.align("--layout", "rawnind", "set", "--resume", out=out)
            self.assertEqual(self.path(out).read_bytes(), whole)
        self.run_badly("align", "--layout", "rawnind", "set", "--resume", "-o", "p.json",
                       "--method", "phase", says="other options")
        self.path("p.json").write_text("[")
        self.run_badly("align", "--layout", "rawnind", "set", "--resume", "-o", "p.json",
                       says="p.json")
        self.run_badly("align", "--layout", "rawnind", "set", "-o", "p.csv", says="--overwrite")

    def test_shards(self):
        for name in "abc":
            self.scene("--iso", 100, name=name)
        whole = self.align("--layout", "rawnind", "set")
        parts = [self.align("--layout", "rawnind", "set", "--shard", f"{i}/2", out=f"{i}.json")
                 for i in (1, 2)]
        self.assertEqual([len(part) for part in parts], [2, 1])
        self.assertEqual(sorted(parts[0] + parts[1], key=lambda r: r["image_set"]), whole)
        for shard in ("0/2", "3/2", "1", "a/b", "1/0"):
            self.run_badly("align", "--layout", "rawnind", "set", "--shard", shard, says="--shard")

    def test_interrupt_leaves_what_is_finished(self):
        for name in "abcdef":
            self.scene("--iso", 100, 800, 1600, 3200, 6400, name=name)
        arguments = [COMMAND, "align", "--layout", "rawnind", "set", "-o", "r.json",
                     "--progress=json", "-q"]
        with subprocess.Popen(arguments, cwd=self.folder, stderr=subprocess.PIPE,
                              text=True) as process:
            for line in process.stderr:
                # The first of the 30 is finished, and the second begun.
                if json.loads(line)["fraction"] > 1.01 / 30:
                    break
            process.send_signal(signal.SIGINT)
            rest = [line for line in process.stderr if not line.startswith("{")]
        if process.returncode == 0:
            self.skipTest("it ended before it could be interrupted")
        self.assertEqual(process.returncode, 3)
        self.assertEqual(len(rest), 1, rest)
        self.assertIn("interrupted", rest[0])
        records = scenes.read_records(self.path("r.json"))
        self.assertTrue(0 < len(records) < 30, len(records))
        resumed = self.align("--layout", "rawnind", "set", "--resume")
        self.assertEqual(resumed, self.align("--layout", "rawnind", "set", out="whole.json"))

    def test_apply(self):
        truth = self.scene("--shift", "4.1,-1.8", "--iso", 100)
        record, = self.align("--layout", "rawnind", "set", "--apply", "cut", "--write-masks", "masks")
        self.assertEqual(record["best_alignment"], [4, -2])
        cut = sorted(self.path("cut").rglob("*.dng"))
        self.assertEqual(len(cut), 2)
        reference, image = cut if ".reference" in cut[0].name else cut[::-1]
        again, = self.align("--ref", reference, image, out="cut.json")
        np.testing.assert_allclose(again["shift"], [0.1, 0.2], atol=0.05)
        self.assertEqual(again["best_alignment"], [0, 0])
        self.assertEqual(again["cfa"], "RGGB")
        self.assertEqual(again["f_area"], [0, 0, 208, 216])
        self.assertTrue(self.path(record["mask_fpath"]).read_bytes().startswith(b"\x89PNG"))
        self.align("--layout", "rawnind", "set", "--apply", "moved", "--apply-mode", "resample",
                   out="m.json")
        moved, = self.path("moved").rglob("*.dng")
        clean, = self.path("set").rglob("gt/*.dng")
        again, = self.align("--ref", clean, moved, out="moved.json")
        # Among pixels of one colour, two apart, interpolation is coarse.
        np.testing.assert_allclose(again["shift"], [0, 0], atol=0.25)
        self.assertEqual(len(truth), 2)

    def test_plot(self):
        self.scene("--iso", 100, 800)
        self.align("--layout", "rawnind", "set", "--plot", "p.png")
        self.assertTrue(self.path("p.png").read_bytes().startswith(b"\x89PNG"))
        again = []
        for _ in range(2):
            self.align("--layout", "rawnind", "set", "--plot", "p.svg", "--overwrite")
            again.append(self.path("p.svg").read_bytes())
        ElementTree.fromstring(again[0])
        self.assertEqual(*again, "two runs give equal bytes")
        self.run_badly("align", "--layout", "rawnind", "set", "--plot", "p.gif", "-o", "n.json",
                       says=("--plot", "p.gif", ".png, .svg or .pdf"))
        # Any bytes may be a name.
        odd = os.path.join(os.fsencode(self.folder), b"\xff" + b"long" * 40 + b".npy")
        with open(odd, "wb") as file:
            np.save(file, scenes.smooth_noise(self.rng, 60, 60))
        self.run_well("align", "--ref", os.fsdecode(odd), os.fsdecode(odd), "--plot", "odd.pdf",
                      "-o", "s.json")
        self.assertTrue(self.path("odd.pdf").read_bytes().startswith(b"%PDF-"))
        for side in (9, 40):
            np.save(self.path("a.npy"), scenes.smooth_noise(self.rng, side, side))
            self.execute("align", "--ref", "a.npy", "a.npy", "--plot", f"{side}.png", "-o", "s.json",
                         "--overwrite", check=False)

    def test_dry_run_lists_pairs(self):
        self.scene("--references", 2, "--iso", 100)
        done = self.execute("align", "--layout", "rawnind", "set", "--dry-run")
        self.assertEqual(done.returncode, 0)
        rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
        self.assertEqual(len(rows), 4)
        for scene, reference, image in rows:
            for name in (reference, image):
                self.assertTrue(self.path(f"set/src/Bayer/{scene}/{name}").exists())
        self.assertIn(b"1 scenes, 3 files; would align 4 pairs", done.stderr)

    def test_bad_arguments(self):
        self.scene("--iso", 100)
        np.save(self.path("a.npy"), np.eye(32))
        for arguments, says in (
                ((), "--ref"), (("a.npy",), "--ref"), (("--ref", "a.npy"), "--ref"),
                (("--ref", "missing", "a.npy"), "missing"),
                (("--layout", "other", "set"), "--layout"),
                (("--layout", "rawnind"), "ROOT"), (("--layout", "rawnind", "nowhere"), "nowhere"),
                (("--layout", "rawnind", "set", "--ref", "a.npy"), "exclude"),
                (("--layout", "rawnind", "set", "--mask", "a.npy"), "--mask"),
                (("--ref", "a.npy", "a.npy", "--cfa", "RGBG"), "--cfa"),
                (("--ref", "a.npy", "a.npy", "--method", "best"), "--method"),
                (("--ref", "a.npy", "a.npy", "--max-shift", "3,x"), "--max-shift"),
                (("--ref", "a.npy", "a.npy", "--resume"), "--resume"),
                (("--ref", "a.npy", "a.npy", "--mask", ""), "--mask"),
                (("--ref", "a.npy", "a.npy", "--apply", ""), "--apply"),
                (("--index", "a.npy", "set"), "a.npy"),
                (("--ref", "a.npy", "a.npy", "-o", "nowhere/r.json"), "nowhere")):
            self.run_badly("align", *arguments, says=says)


if __name__ == "__main__":
    unittest.main()
