# SPDX-License-Identifier: Apache-2.0
"""`align --closure`: what a scene's images say of each other's shifts."""
import itertools
import math
import re
import unittest

import numpy as np

import scenes
from command import SEED, CommandTest


class ClosureTest(CommandTest):
    def align(self, *arguments, out="r.json", status=0):
        done = self.execute("align", *arguments, "-o", out, "-q", "--overwrite")
        self.assertEqual(done.returncode, status,
                         f"PTYCHOPATCH_TEST_SEED={SEED}\n{arguments}\n{done.stderr.decode()}")
        return scenes.read_records(self.path(out))

    def write(self, name, picture):
        np.save(self.path(name), picture.astype(np.float32))
        return name

    def write_images(self, count, side=170, noise=0.05):
        """A reference and images of one scene, each with noise of its own, cut out of a larger one."""
        picture = scenes.smooth_noise(self.rng, side + 30, side + 30)
        shifts = [(0.0, 0.0)] + [tuple(self.rng.uniform(-6, 6, 2)) for _ in range(count)]
        names = []
        for i, shift in enumerate(shifts):
            image = scenes.shifted(picture, *shift)[15:-15, 15:-15]
            image = image + noise * self.rng.normal(size=image.shape)
            names.append(self.write(f"{i}.npy", image))
        return names, shifts

    def shifts_of(self, names):
        """Each image onto each later one, by runs of their own: shift and covariance."""
        found = {}
        for a, b in itertools.combinations(range(len(names)), 2):
            record, = self.align("--ref", names[a], names[b], out="pair.json")
            if record["status"] == "ok":
                yy, yx, xx = record["shift_covariance"]
                found[a, b] = np.array(record["shift"]), np.array([[yy, yx], [yx, xx]])
        return found

    def expected(self, found, image, count):
        """Of the shift of an image onto the first: triangles, chi^2, residual."""
        chi_squares, missed = [], []
        for other in range(1, count):
            edges = [(0, image), (0, other), (min(other, image), max(other, image))]
            if other == image or not all(edge in found for edge in edges):
                continue
            (own, c0), (there, c1), (back, c2) = (found[edge] for edge in edges)
            e = own - there - (back if other < image else -back)
            chi_squares.append(e @ np.linalg.solve(c0 + c1 + c2, e))
            missed.append(e)
        middle = np.argsort(chi_squares)[(len(missed) - 1) // 2]
        return len(missed), chi_squares[middle] / (2 * math.log(2)), missed[middle]

    def check(self, records, plain, found):
        for i, (record, before) in enumerate(zip(records, plain), 1):
            note = f"PTYCHOPATCH_TEST_SEED={SEED}, image {i}: {record['closure']}"
            self.assertIsNone(before["closure"])
            triangles, chi_square, residual = self.expected(found, i, len(records) + 1)
            closure = record["closure"]
            self.assertEqual(closure["triangles"], triangles, note)
            # Records hold all digits.
            np.testing.assert_allclose(closure["chi_square"], chi_square, rtol=1e-6, err_msg=note)
            np.testing.assert_allclose(closure["residual"], residual, atol=1e-9, err_msg=note)
            wider = max(1, closure["chi_square"])
            y, x = closure["residual"]
            covariance = (wider * np.array(before["shift_covariance"])
                          + (1 - 1 / wider) * np.array([y * y, y * x, x * x]))
            np.testing.assert_allclose(record["shift_covariance"], covariance, rtol=1e-12)
            np.testing.assert_allclose(record["shift_sigma"], np.sqrt(covariance[[0, 2]]), rtol=1e-12)
            for key in set(record) - {"closure", "shift_covariance", "shift_sigma", "options"}:
                self.assertEqual(record[key], before[key], key)

    def test_images_of_one_scene(self):
        names, shifts = self.write_images(4)
        plain = self.align("--ref", *names)
        found = self.shifts_of(names)
        for out in ("r.json", "r.csv", "r.yaml"):
            records = self.align("--ref", *names, "--closure", out=out)
            self.check(records, plain, found)
        for record, shift in zip(records, shifts[1:]):
            np.testing.assert_allclose(record["shift"], shift, atol=0.1)
            self.assertLess(record["closure"]["chi_square"], 5)

    def test_one_that_contradicts_the_others(self):
        """An object moves with one image: its shift is the object's, and sigma says so."""
        names, shifts = self.write_images(4, noise=0.07)
        # So large that where it lies in both images it is taken for the scene.
        other = 1 + 4 * (scenes.smooth_noise(self.rng, 80, 80) - 1)
        for name, at in ((names[0], 50), (names[2], 62)):
            picture = np.load(self.path(name))
            picture[at:at + 80, at:at + 80] = other
            self.write(name, picture)
        plain = self.align("--ref", *names)
        wrong = plain[1]
        self.assertGreater(abs(wrong["shift"][0] - shifts[2][0]), 3)
        self.assertLess(max(wrong["shift_sigma"]), 0.5)
        records = self.align("--ref", *names, "--closure")
        self.check(records, plain, self.shifts_of(names))
        told = records[1]
        self.assertGreater(told["closure"]["chi_square"], 50)
        for axis in (0, 1):
            error = abs(told["shift"][axis] - shifts[2][axis])
            self.assertLess(error, 2 * told["shift_sigma"][axis])

        def widening(record, before):
            return max(np.divide(record["shift_sigma"], before["shift_sigma"]))
        for i in (0, 2, 3):
            self.assertLess(widening(records[i], plain[i]), 4)
        # Of two triangles one may be another image's fault.
        fewer = self.align("--ref", *names[:4], "--closure")
        self.assertGreater(max(fewer[1]["shift_sigma"]), 1)
        for i in (0, 2):
            self.assertLess(widening(fewer[i], plain[i]), 4)
        # What was wide is drawn wide, from records too.
        pictures = []
        for how in ("--overwrite", "--resume"):
            self.run_well("align", "--ref", *names, "--closure", "-o", "d.json", "--plot", "d.svg", "-q",
                          how)
            pictures.append(self.path("d.svg").read_bytes())
        self.assertEqual(*pictures)

    def test_what_has_no_triangle(self):
        names, _ = self.write_images(2)
        record, = self.align("--ref", names[0], names[1], "--closure")
        self.assertIsNone(record["closure"])
        self.write("flat.npy", np.ones((170, 170)))
        records = self.align("--ref", *names, "flat.npy", "missing.npy", "--closure", status=1)
        self.assertEqual([r["status"] for r in records], ["ok", "ok", "flat", "unreadable"])
        self.assertEqual([r["closure"] and r["closure"]["triangles"] for r in records],
                         [1, 1, None, None])

    def test_data_sets(self):
        """Scenes with two references; resumed as wholes; in shards; drawn; of motion; in any
        threads."""
        for name in "ab":
            self.run_well("simulate", "scene", "set", "--size", 212, 218, "--name", name,
                          "--references", 2, "--iso", 100, 800, "--seed",
                          int(self.rng.integers(1 << 30)))
        arguments = ("--layout", "rawnind", "set", "--closure")
        whole = self.align(*arguments)
        # Two references and two images: each pair has the other two.
        self.assertEqual([r["closure"]["triangles"] for r in whole], [2] * 12)
        parts = [self.align(*arguments, "--shard", f"{i}/2") for i in (1, 2)]
        self.assertEqual(parts[0] + parts[1], whole)
        self.assertEqual(self.align(*arguments, "--threads", 1), whole)
        text = self.path("r.json").read_text()
        lines = text.split("\n")
        self.path("r.json").write_text("\n".join(lines[:9]).rstrip(",") + "\n]\n")
        done = self.execute("align", *arguments, "--resume", "-o", "r.json", "--plot", "p.svg")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn(b"6 of 12 pairs are done already", done.stderr)
        self.assertEqual(self.path("r.json").read_text(), text)
        resumed = self.path("p.svg").read_bytes()
        self.align(*arguments, "--plot", "p.svg")
        self.assertEqual(self.path("p.svg").read_bytes(), resumed)
        moving = self.align(*arguments, "--model", "affine")
        self.assertTrue(all(r["motion"]["status"] == "ok" and r["closure"] for r in moving))

    def test_memory(self):
        names, _ = self.write_images(6, side=900)
        least = []
        for closure in ((), ("--closure",)):
            needed = []
            # What a process holds beside them differs from one to the next, mostly upwards.
            for _ in range(5):
                message = self.run_badly("align", "--ref", *names, *closure, "-o", "r.json",
                                         "--memory-budget", "20M", says="--memory-budget")
                needed.append(int(re.search(r"at least (\d+)M", message).group(1)))
            self.align("--ref", *names, *closure, "--memory-budget", f"{needed[-1]}M")
            self.path("r.json").unlink()
            least.append(min(needed))
        # Five images more are held.
        self.assertGreater(least[1] - least[0], 5 * 4 * 900 * 900 / 1e6 - 2)

    def test_scenes_and_images_of_other_sizes(self):
        """The number in a refusal is enough for all scenes; what is larger than a reference is cut."""
        for name, size, isos in (("a", (400, 412), [100] * 9), ("b", (1200, 1212), [100])):
            self.run_well("simulate", "scene", "set", "--size", *size, "--name", name, "--iso", *isos,
                          "--seed", int(self.rng.integers(1 << 30)), "-q")
        arguments = ("align", "--layout", "rawnind", "set", "-o", "r.json", "-q")
        for closure in ((), ("--closure",)):
            message = self.run_badly(*arguments[:-1], *closure, "--memory-budget", "20M",
                                     says="--memory-budget")
            needed = re.search(r"at least (\d+)M", message).group(1)
            self.run_well(*arguments, *closure, "--memory-budget", f"{needed}M")
            self.path("r.json").unlink()
        picture = scenes.smooth_noise(self.rng, 500, 500)
        names = [self.write("small.npy", picture[:150, :150])]
        names += [self.write(f"l{i}.npy", picture + 0.02 * self.rng.normal(size=(500, 500)))
                  for i in range(2)]
        for record in self.align("--ref", *names, "--closure"):
            self.assertEqual(record["closure"]["triangles"], 1)
            self.assertLess(np.abs(record["closure"]["residual"]).max(), 0.1)

    def test_a_scene_without_a_reference_needs_no_more(self):
        self.run_well("simulate", "scene", "set", "--size", 212, 218, "--iso", 100, 800, "--seed",
                      int(self.rng.integers(1 << 30)), "-q")
        for path in self.path("set").rglob("gt/*"):
            path.unlink()
        plain = self.align("--layout", "rawnind", "set", status=2)
        closed = self.align("--layout", "rawnind", "set", "--closure", status=2)
        self.assertEqual([r["status"] for r in closed], ["no-reference"] * len(plain))

    def test_refusals(self):
        names, _ = self.write_images(2)
        self.run_badly("align", "--ref", *names, "--closure", "--mask", names[0],
                       says=("--closure", "--mask"))
        self.run_badly("align", "--ref", *names, "--closure", "--method", "phase",
                       says=("--closure", "--method ml", "phase"))
        self.run_badly("align", "--ref", *names, "--closure", "--shard", "1/2",
                       says=("--closure", "--shard"))


if __name__ == "__main__":
    unittest.main()
