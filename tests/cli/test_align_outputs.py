# SPDX-License-Identifier: Apache-2.0
"""The files that `align` makes of pairs: each pair's own, whatever the inputs' names are."""
import json
import os
import shutil
import signal
import subprocess

import numpy as np

import scenes
from command import COMMAND, SEED, CommandTest


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

    def written(self, path):
        return np.load(self.path("out") / "ref" / path)

    def check_each_its_own(self, files):
        """files: of each pair, its name below --apply, and how far it had been moved."""
        for name, (dy, dx) in files.items():
            whole = scenes.shifted(self.picture, dy, dx)[8:-8, 8:-8]
            y, x = max(0, -dy), max(0, -dx)
            want = whole[y:y + 64 - abs(dy), x:x + 64 - abs(dx)]
            np.testing.assert_array_equal(self.written(name), want, err_msg=f"{name}, seed {SEED}")

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

    def test_a_file_named_as_an_image_of_a_stack_is_refused(self):
        """A record of either would be taken for the other's."""
        np.save(self.path("stack.npy"), np.array([self.picture[7:-9, 8:-8], self.picture[8:-8, 8:-8]]))
        self.path("stack.npy[1]").write_bytes(self.path("ref.npy").read_bytes())
        for inputs in (("stack.npy", "stack.npy[1]"), ("stack.npy[1]", "stack.npy")):
            self.run_badly("align", "--ref", "ref.npy", *inputs, "-o", "named.json",
                           says=("different names", "stack.npy[1]", "an image of 'stack.npy'"))
        self.run_well("align", "--ref", "ref.npy", "stack.npy", "ref.npy", "-q")

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

    def refuse(self, *arguments, says=()):
        """Before the run: all is as it was, in every byte."""
        before = {path: self.path(path).read_bytes() for path in self.listing()}
        self.run_badly("align", *arguments, says=says)
        self.assertEqual({path: self.path(path).read_bytes() for path in self.listing()}, before)

    def test_an_output_is_no_other_output(self):
        self.save_moved("m.npy", 2, 4)
        os.mkdir(self.path("d"))
        os.symlink("d", self.path("e"))
        run = ("--ref", "ref.npy", "m.npy")
        for one, other in (("x.svg", "x.svg"), ("x.svg", "./x.svg"), ("d/x.svg", "e/x.svg")):
            for more in ((), ("--overwrite",), ("--resume",), ("--dry-run",)):
                self.refuse(*run, "-o", one, "--plot", other, *more, says=("--plot", "-o", other))
        self.refuse(*run, "--plot", "-", says=("--plot", "-o"))
        # Among the files of pairs.
        self.refuse(*run, "-o", "e/ref/m.npy", "--apply", "d", says=("--apply", "-o"))
        self.refuse(*run, "-o", "e/ref/m.reference.dng", "--apply", "d", says=("--apply", "-o"))
        self.refuse(*run, "-o", "d/ref_m.png", "--write-masks", "d", says=("--write-masks", "-o"))
        self.refuse(*run, "--plot", "e/ref_m.png", "-o", "r", "--write-masks", "d",
                    says=("--write-masks", "--plot"))
        self.refuse(*run, "-o", "out", "--apply", "out", says=("--apply", "-o"))
        self.refuse(*run, "-o", "out/ref", "--apply", "out", says=("--apply", "-o"))
        self.assertFalse(self.path("out").exists())

    def test_no_output_replaces_an_input(self):
        for name in ("a.npy", "r/a.npy", "set/src/Bayer/s/b.npy", "set/src/Bayer/s/gt/r.npy"):
            self.save_moved(name, 2, 4)
        os.symlink("r", self.path("link"))
        os.rename(self.path("ref.npy"), self.path("r.npy"))
        np.save(self.path("m.npy"), np.ones((64, 64)))
        os.rename(self.path("a.npy"), self.path("a.svg"))
        for more in (("--overwrite",), ("--resume",), ("--resume", "--overwrite"), ("--dry-run",)):
            for name in ("r.npy", "./r/a.npy", "link/a.npy", "m.npy"):
                self.refuse("--ref", "r.npy", "r/a.npy", "--mask", "m.npy", "-o", name, *more,
                            says=("-o", "input"))
            self.refuse("--ref", "r.npy", "r/a.npy", "-o", "r.json", "--apply", ".", *more,
                        says=("--apply", "input"))
            self.refuse("--ref", "r.npy", "a.svg", "-o", "r.json", "--plot", "r/../a.svg", *more,
                        says=("--plot", "input"))
            self.refuse("--layout", "rawnind", "set", "-o", "set/src/Bayer/s/gt/r.npy", *more,
                        says=("-o", "input"))

    def test_files_of_others_are_found_before_the_run(self):
        """Without --overwrite nothing is replaced that a record does not name."""
        for i in range(3):
            self.save_moved(f"m{i}.npy", i, -i)
        images = [f"m{i}.npy" for i in range(3)]
        run = ("--ref", "ref.npy", *images, "-q", "--white", 10)
        for place in ("out/ref/m2.npy", "out/ref/m1.dng", "out/ref/m1.reference.npy", "out/ref_m2.png",
                      "out/ref", "out"):
            path = self.path(place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"precious")
            for more in ((), ("--resume",)):
                self.refuse(*run, "-o", "r.json", "--apply", "out", "--write-masks", "out", *more,
                            says=str(place))
            # In a run that goes on with records of others, too.
            self.run_well("align", "--ref", "ref.npy", "m0.npy", "-q", "--white", 10, "-o", "s.json",
                          "--overwrite")
            self.refuse(*run, "-o", "s.json", "--apply", "out", "--write-masks", "out", "--resume",
                        says=str(place))
            path.unlink()
            shutil.rmtree(self.path("out"), ignore_errors=True)
        self.path("plot.svg").write_bytes(b"precious")
        self.refuse(*run, "-o", "r.json", "--plot", "plot.svg", "--resume", says="plot.svg")

    def test_a_resumed_run_makes_the_files_that_are_missing(self):
        for i in range(3):
            self.save_moved(f"m{i}.npy", i, -i)
        images = [f"m{i}.npy" for i in range(3)]
        for more in ((), ("--closure",)):
            run = ("align", "--ref", "ref.npy", *images, "-q", "--white", 10, *more)
            files = ("--apply", "out", "--write-masks", "masks")
            self.run_well(*run, "-o", "whole.json", *files, "--overwrite")
            whole = {path: self.path(path).read_bytes() for path in self.listing()}
            self.assertEqual(len(list(self.path("out").rglob("*"))), 7)
            shutil.rmtree(self.path("out"))
            shutil.rmtree(self.path("masks"))
            os.unlink(self.path("whole.json"))
            # The night before nobody asked for them.
            self.run_well(*run, "-o", "whole.json")
            self.run_well(*run, "-o", "whole.json", "--resume", *files)
            self.assertEqual({path: self.path(path).read_bytes() for path in self.listing()}, whole)
            # Some are lost; what is there may be replaced, for its record names it.
            for lost in ("out/ref/m1.npy", "out/ref/m2.reference.npy", "masks/ref_m0.png"):
                self.path(lost).unlink()
                self.run_well(*run, "-o", "whole.json", "--resume", *files)
                self.assertEqual({path: self.path(path).read_bytes() for path in self.listing()}, whole)
            # Nothing is done again where all is there.
            before = self.listing()
            self.run_well(*run, "-o", "whole.json", "--resume", *files)
            after = self.listing()
            self.assertEqual([path for path in before if before[path] != after[path]],
                             [self.path("whole.json").relative_to(self.folder)])
            # Of another mode, or in another folder.
            self.run_well(*run, "-o", "whole.json", "--resume", *files, "--apply-mode", "resample")
            applied = {record["applied"] for record in scenes.read_records(self.path("whole.json"))}
            self.assertEqual(applied, {"shift"})
            self.run_well(*run, "-o", "whole.json", "--resume", "--apply", "other")
            for record in scenes.read_records(self.path("whole.json")):
                self.assertEqual(record["applied_fpath"], "other/ref/" + record["f_fpath"])
                self.assertTrue(self.path(record["applied_fpath"]).exists())
            shutil.rmtree(self.path("other"))

    def test_what_stops_leaves_no_files_without_records(self):
        """So --resume goes on by itself."""
        names = [f"m{i}.npy" for i in range(60)]
        for i, name in enumerate(names):
            self.save_moved(name, i % 5, -i % 3)
        run = ("align", "--ref", "ref.npy", *names, "--white", "10", "--closure", "-o", "r.json", "-q",
               "--apply", "out", "--write-masks", "masks")
        with subprocess.Popen([COMMAND, *run, "--progress=json"], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                # All shifts are known, and images are being aligned onto each other.
                if json.loads(line)["fraction"] > 100 / (60 + 60 * 59 / 2):
                    break
            process.send_signal(signal.SIGINT)
            process.stderr.read()
        if process.returncode == 0:
            self.skipTest("it ended before it could be interrupted")
        self.assertEqual(process.returncode, 3)
        for folder in ("out", "masks"):
            self.assertEqual([p for p in self.path(folder).rglob("*") if p.is_file()], [])
        self.run_well(*run, "--resume")
        self.assertEqual(len([p for p in self.path("out").rglob("*") if p.is_file()]), 120)

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
                self.path("again.svg").unlink(missing_ok=True)
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
