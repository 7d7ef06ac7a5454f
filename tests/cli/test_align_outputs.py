# SPDX-License-Identifier: Apache-2.0
"""The files that `align` makes of pairs: each pair's own, whatever the inputs' names are."""
import os

import numpy as np

import scenes
from command import SEED, CommandTest


class AlignOutputsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.picture = scenes.smooth_noise(self.rng, 80, 80)
        np.save(self.path("ref.npy"), self.picture[8:-8, 8:-8])

    def save_moved(self, name, dy, dx):
        """An image whose shift onto ref.npy is (dy, dx)."""
        path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            np.save(file, scenes.shifted(self.picture, dy, dx)[8:-8, 8:-8])

    def align(self, *inputs, apply="out", **options):
        done = self.execute("align", "--ref", "ref.npy", *inputs, "-o", "r.json", "-q", "--overwrite",
                            "--apply", apply, "--write-masks", apply + "-masks", "--white", 10, **options)
        self.assertEqual(done.returncode, 0,
                         f"PTYCHOPATCH_TEST_SEED={SEED}\n{inputs}\n{done.stderr.decode()}")
        return scenes.read_records(self.path("r.json"))

    def cut(self, path):
        return np.load(self.path("out") / "ref" / path)

    def check_each_its_own(self, files):
        """files: of each pair, its name below --apply, and how far it had been moved."""
        for name, (dy, dx) in files.items():
            whole = scenes.shifted(self.picture, dy, dx)[8:-8, 8:-8]
            y, x = max(0, -dy), max(0, -dx)
            want = whole[y:y + 64 - abs(dy), x:x + 64 - abs(dx)]
            np.testing.assert_array_equal(self.cut(name), want, err_msg=f"{name}, seed {SEED}")

    def test_one_name_in_two_folders_is_refused(self):
        self.save_moved("a/x.npy", 1, 0)
        self.save_moved("b/x.npy", 0, 2)
        for more in ((), ("--dry-run",), ("--shard", "1/2")):
            self.run_badly("align", "--ref", "ref.npy", "a/x.npy", "b/x.npy", "-o", "r.json",
                           "--apply", "out", *more, says=("'a/x.npy'", "'b/x.npy'", "--apply"))
            self.run_badly("align", "--ref", "ref.npy", "a/x.npy", "b/x.npy", "-o", "r.json",
                           "--write-masks", "out", *more, says=("'a/x.npy'", "'b/x.npy'"))
            self.assertFalse(self.path("out").exists() or self.path("r.json").exists())
        # Without files of pairs their names do not matter.
        self.run_well("align", "--ref", "ref.npy", "a/x.npy", "b/x.npy", "-o", "r.json")

    def test_names_that_differ_in_their_endings(self):
        self.save_moved("x.npy", 1, 0)
        self.save_moved("x.reference.npy", 0, 2)
        self.save_moved("y.npy", -3, 1)
        self.align("x.npy", "x.reference.npy", "y.npy")
        self.check_each_its_own({"x.npy.npy": (1, 0), "x.reference.npy.npy": (0, 2),
                                 "y.npy": (-3, 1)})
        # The same names in every shard.
        before = sorted(path.name for path in self.path("out").rglob("*"))
        for shard in ("1/2", "2/2"):
            self.align("x.npy", "x.reference.npy", "y.npy", "--shard", shard, apply="again")
        self.assertEqual(sorted(path.name for path in self.path("again").rglob("*")), before)

    def test_no_name_leads_out_of_the_folder(self):
        """Names whose stem is a folder's, and names that seem to have a place in a file."""
        images = ("in/b.npy", "in/...npy", "q[/b]", "in/..[0]", "in/c[].npy")
        for i, name in enumerate(images):
            self.save_moved(name, i, -2)
        for ref in ("in/...npy", "in/..npy", "p[/r]", "in/b.npy"):
            self.save_moved(ref, 0, 0)
            before = set(self.listing())
            folder = self.path(ref.replace("/", "_")) / "deep"
            folder.mkdir(parents=True)
            done = self.execute("align", "--ref", ref, *images, "-o", folder.parent / "r.json", "-q",
                                "--apply", folder / "out", "--write-masks", folder / "masks",
                                "--white", 10)
            self.assertEqual(done.returncode, 0, f"PTYCHOPATCH_TEST_SEED={SEED}\n{ref}\n"
                             + done.stderr.decode())
            made = [self.folder / path for path in set(self.listing()) - before]
            made.remove(folder.parent / "r.json")
            depth = {path.relative_to(folder).parts for path in made}
            self.assertEqual(sorted((parts[0], len(parts)) for parts in depth),
                             [("masks", 2)] * 5 + [("out", 3)] * 10, ref)

    def test_names_that_are_no_utf8(self):
        names = {b"\xff.npy": (1, 0), b"\xfe.npy": (0, 2)}
        for name, shift in names.items():
            self.save_moved(name, *shift)
        records = self.align(*map(os.fsdecode, names))
        self.assertEqual([record["status"] for record in records], ["ok", "ok"])
        self.check_each_its_own({os.fsdecode(name): shift for name, shift in names.items()})
        masks = os.listdir(os.fsencode(self.path("out-masks")))
        self.assertEqual(sorted(masks), [b"ref_\xfe.png", b"ref_\xff.png"])
        self.assertEqual([record["f_fpath"] for record in records],
                         ["\ufffdff.npy", "\ufffdfe.npy"])
        # A folder of such a name, too.
        self.align("ref.npy", apply=os.fsdecode(b"\xfd"))

    def test_a_resumed_run_knows_names_that_are_no_utf8(self):
        names = [*map(os.fsdecode, (b"\xff.npy", b"\xfe.npy", b"\xef\xbf.npy")),
                 "\ufffd.npy", "\ufffdff.npy"]
        for i, name in enumerate(names):
            self.save_moved(os.fsencode(name), i, -i)
        for suffix in ("json", "csv", "yaml"):
            arguments = ("align", "--ref", "ref.npy", *names, "-o", f"r.{suffix}")
            self.run_well(*arguments)
            before = self.path(f"r.{suffix}").read_bytes()
            records = scenes.read_records(self.path(f"r.{suffix}"))
            self.assertEqual(len({record["f_fpath"] for record in records}), 5)
            done = self.execute(*arguments, "--resume")
            self.assertIn(b"5 of 5 pairs are done already", done.stderr)
            self.assertEqual(self.path(f"r.{suffix}").read_bytes(), before)

    def test_a_resumed_run_tells_scenes_of_one_name_apart(self):
        moves = {"Bayer": (2, 4), "X-Trans": (-2, 6)}
        for kind, move in moves.items():
            self.save_moved(f"set/src/{kind}/s/m.npy", *move)
            self.save_moved(f"set/src/{kind}/s/gt/g.npy", 0, 0)
        for suffix in ("json", "csv", "yaml"):
            run = ("align", "--layout", "rawnind", "set", "-o", f"r.{suffix}", "-q")
            self.run_well(*run)
            whole = self.path(f"r.{suffix}").read_bytes()
            records = scenes.read_records(self.path(f"r.{suffix}"))
            self.assertEqual({record["type"]: tuple(record["best_alignment"]) for record in records},
                             moves)
            self.run_well(*run, "--resume")
            self.assertEqual(self.path(f"r.{suffix}").read_bytes(), whole)
            # One is there when the other is done.
            self.run_well(*run, "--overwrite", "--shard", "1/2")
            self.run_well(*run, "--resume", "--shard", "2/2")
            self.assertEqual(self.path(f"r.{suffix}").read_bytes(), whole)

    def test_a_plot_shows_what_was_finished_before(self):
        names = []
        for i in range(30):
            names.append(f"m{i:02}.npy")
            self.save_moved(names[-1], *(int(d) for d in self.rng.integers(-5, 6, 2)))
        np.save(self.path("m07.npy"), np.zeros((64, 64)))  # one that has no shift
        whole = ["align", "--ref", "ref.npy", *names, "-q", "--plot", "whole.svg", "-o"]
        self.assertEqual(self.execute(*whole, "whole.json").returncode, 1)
        for kept in (0, 5, 29, 30):
            for suffix in ("json", "csv", "yaml"):
                out = f"r{kept}.{suffix}"
                if kept:
                    self.execute("align", "--ref", "ref.npy", *names[:kept], "-q", "-o", out)
                done = self.execute("align", "--ref", "ref.npy", *names, "-q", "--resume", "-o", out,
                                    "--plot", "again.svg")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(self.path("again.svg").read_bytes(),
                                 self.path("whole.svg").read_bytes(),
                                 f"{kept} of 30 kept in {suffix}, PTYCHOPATCH_TEST_SEED={SEED}")

    def test_a_plot_is_the_same_beside_masks_that_are_there(self):
        for i in range(4):
            self.save_moved(f"m{i}.npy", i, -i)
        arguments = ["align", "--ref", "ref.npy", *(f"m{i}.npy" for i in range(4)), "-q", "--white", 10,
                     "--plot", "plot.svg", "--write-masks", "masks", "--apply", "out", "-o", "r.json"]
        self.run_well(*arguments)
        whole = self.path("plot.svg").read_bytes()
        self.run_well(*arguments, "--resume", "--overwrite")
        self.assertEqual(self.path("plot.svg").read_bytes(), whole)

    def test_files_that_are_no_images_are_left_out_of_a_scene(self):
        self.run_well("simulate", "scene", "set", "--size", 212, 218, "--iso", 100, 400, "-q")
        folder = next(self.path("set/src/Bayer").iterdir())
        image = next(folder.glob("*.dng"))
        for name in (image.name + ".xmp", "notes.txt", "README", "x.dng.part", "gt/list.csv"):
            (folder / name).write_bytes(image.read_bytes()[:3000])
        (folder / "damaged.DNG").write_bytes(b"no image, by name alone")
        done = self.execute("align", "--layout", "rawnind", "set", "-o", "r.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"5 files whose names are of no image are left out", done.stderr)
        records = scenes.read_records(self.path("r.json"))
        self.assertEqual(sorted(record["status"] for record in records),
                         ["not-a-mosaic", "ok", "ok"])

    def test_an_image_is_resampled_by_the_motion(self):
        """Of an image that is turned the corners lie on the reference's; a shift leaves them
        up to a pixel away."""
        height, width = 300, 340
        y, x = np.mgrid[:height, :width]
        blobs = [(*self.rng.uniform((0, 0), (height, width)), self.rng.uniform(2, 4),
                  self.rng.uniform(-1, 1)) for _ in range(260)]

        def look(angle, dy, dx):
            """Content at p lies at c + R (p - c) + d, evaluated by where it comes from."""
            cy, cx = (height - 1) / 2, (width - 1) / 2
            by, bx = y - cy - dy, x - cx - dx
            py = cy + np.cos(angle) * by + np.sin(angle) * bx
            px = cx - np.sin(angle) * by + np.cos(angle) * bx
            out = np.full((height, width), 4.0)
            for at_y, at_x, radius, height_of in blobs:
                out += height_of * np.exp(-((py - at_y) ** 2 + (px - at_x) ** 2) / (2 * radius ** 2))
            return (out + 0.01 * self.rng.standard_normal(out.shape)).astype(np.float32)
        reference = look(0, 0, 0)
        angle = self.rng.choice((-1, 1)) * self.rng.uniform(0.0045, 0.006)
        np.save(self.path("a.npy"), reference)
        np.save(self.path("b.npy"), look(angle, *self.rng.uniform(-4, 4, 2)))
        inner = (slice(30, -30), slice(30, -30))
        left = {}
        for model in ("none", "similarity", "affine", "field"):
            asked = () if model == "none" else ("--model", model)
            self.run_well("align", "--ref", "a.npy", "b.npy", *asked, "-o", "r.json", "-q",
                          "--overwrite", "--apply", model, "--apply-mode", "resample")
            record, = scenes.read_records(self.path("r.json"))
            self.assertEqual(record["applied"], "shift" if model == "none" else model)
            moved = np.load(self.path(model) / "a" / "b.npy")
            self.assertEqual(moved.shape, reference.shape)
            left[model] = np.sqrt(np.mean((moved[inner] - reference[inner]) ** 2))
        # Nothing but the noise of both, of which interpolation takes a part.
        for model in ("similarity", "affine", "field"):
            self.assertLess(left[model], 0.0142, f"{left}, PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertGreater(left["none"], 0.018, f"{left}, PTYCHOPATCH_TEST_SEED={SEED}")
        self.run_well("align", "--ref", "a.npy", "b.npy", "--model", "affine", "-o", "r.json", "-q",
                      "--overwrite", "--apply", "cut")
        self.assertEqual(scenes.read_records(self.path("r.json"))[0]["applied"], "crop")


if __name__ == "__main__":
    import unittest
    unittest.main()
