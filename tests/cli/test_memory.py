# SPDX-License-Identifier: Apache-2.0
"""--memory-budget: a run holds no more, all of its processes together, or is refused beforehand."""
import bz2
import os
import pathlib
import re
import subprocess
import sys
import unittest

import numpy as np

import scenes
from command import COMMAND, SEED, CommandTest

PEAK = pathlib.Path(__file__).with_name("peak.py")
MEGA = 1000000


@unittest.skipIf(os.environ.get("PTYCHOPATCH_SANITIZED"), "a sanitizer takes memory of its own")
class MemoryTest(CommandTest):
    def write_images(self, height, width, count):
        """Scenes of whole numbers, shifted by even pixels, with noise of their own."""
        large = self.rng.integers(0, 900, (height + 24, width + 24), dtype=np.uint16)
        scene = large[:-8, :-8] + large[4:-4, 4:-4] + large[8:, 8:] + 600
        for i in range(count):
            image = scene[2 * i:2 * i + height, 4:4 + width]
            noise = self.rng.integers(0, 60, (height, width), dtype=np.uint16)
            np.save(self.path(f"i{i}.npy"), image + noise)
        return [f"i{i}.npy" for i in range(count)]

    def run_at_peak(self, *arguments):
        answer = self.path("peak")
        done = subprocess.run([sys.executable, "-S", "-E", str(PEAK), str(answer), COMMAND,
                               *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0,
                         f"PTYCHOPATCH_TEST_SEED={SEED}\n{arguments}\n{done.stderr.decode()}")
        peak = int(answer.read_text())
        answer.unlink()
        return peak

    def check_budget(self, *arguments, least, data):
        """Refused with the number that would do; with this it does, and holds no more. With less
        than `data`, the bytes that there are, no run could do."""
        self.run_badly(*arguments, "--memory-budget", least, says=("--memory-budget", "are needed"))
        needed = int(self.min_budget(*arguments)[:-1])
        peak = self.run_at_peak(*arguments, "--memory-budget", f"{needed}M", "-q")
        self.assertLessEqual(peak, needed * MEGA)
        self.assertGreater(peak, data)
        return needed

    def check_align(self, *arguments, data):
        needed = self.check_budget("align", *arguments, "-o", "small.json", least="30M", data=data)
        # With room for the next image, too.
        roomy = 2 * needed
        peak = self.run_at_peak("align", *arguments, "-o", "roomy.json", "--memory-budget",
                                f"{roomy}M", "-q")
        self.assertLessEqual(peak, roomy * MEGA)
        self.run_well("align", *arguments, "-o", "any.json", "-q")
        small, roomy, free = (scenes.read_records(self.path(name))
                              for name in ("small.json", "roomy.json", "any.json"))
        self.assertEqual({record["status"] for record in free}, {"ok"})
        self.assertEqual(small, free)
        self.assertEqual(roomy, free)

    def test_align_of_arrays(self):
        names = self.write_images(2800, 3600, 3)
        for cfa in ("RGGB", "none"):
            self.check_align("--ref", *names, "--cfa", cfa, "--black", 500, "--white", 3600,
                             data=2 * 2 * 2800 * 3600)
            for name in ("small.json", "roomy.json", "any.json"):
                self.path(name).unlink()

    def test_align_of_raws(self):
        self.run_well("simulate", "scene", "set", "--size", 1600, 2000, "--iso", 100, 800,
                      "--seed", int(self.rng.integers(1 << 30)), "-q")
        self.check_align("--layout", "rawnind", "set", "--apply", "applied", "--write-masks",
                         "masks", "--overwrite", data=2 * 2 * 1600 * 2000)

    def test_many_small_images(self):
        """A thousand more of them take no more than a budget has for their records."""
        peaks = []
        for count in (40, 1040):
            stack = np.stack([scenes.smooth_noise(self.rng, 48, 48)] * count).astype(np.float32)
            stack += self.rng.normal(0, 0.01, stack.shape).astype(np.float32)
            np.save(self.path("stack.npy"), stack)
            np.save(self.path("ref.npy"), stack[0])
            done, memory = self.execute_measured("align", "--ref", "ref.npy", "stack.npy", "-o",
                                                 "r.json", "--overwrite", "-q")
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            peaks.append(memory)
        self.assertLess(peaks[1] - peaks[0], 1000 * (12 << 10))

    def test_many_fields(self):
        """Records that hold a field of tiles each: a budget has room for all of them."""
        for height, width in ((256, 256), (200, 700), (1000, 1100)):
            picture = scenes.smooth_noise(self.rng, height, width).astype(np.float32)
            np.save(self.path("ref.npy"), picture)
            np.save(self.path("one.npy"), picture + self.rng.normal(0, 0.01, picture.shape))
            np.save(self.path("stack.npy"), np.zeros((400, height, width), np.uint8))
            self.run_well("align", "--ref", "ref.npy", "one.npy", "--model", "field", "-o", "r.json",
                          "--overwrite", "-q")
            record, = scenes.read_records(self.path("r.json"))
            needed = []
            for model in ("affine", "field"):
                message = self.run_badly("align", "--ref", "ref.npy", "stack.npy", "--model", model,
                                         "-o", "s.json", "--memory-budget", "20M",
                                         says="--memory-budget")
                needed.append(MEGA * int(re.search(r"at least (\d+)M", message).group(1)))
            tiles = len(record["motion"]["field"])
            self.assertGreater(tiles, 60)
            self.assertGreater(needed[1] - needed[0], 400 * tiles * 540 - 4 * MEGA)

    def test_a_mask_that_does_not_fit(self):
        """Is refused by its header, and not read first."""
        names = self.write_images(300, 300, 2)
        np.save(self.path("mask.npy"), np.ones((5000, 5000), np.uint8))
        run = ["align", "--ref", *names, "--mask", "mask.npy", "-o", "m.json", "--memory-budget"]
        done, memory = self.execute_measured(*run, "60M", "-q")
        needed = re.search(rb"--mask: 'mask.npy' takes at least (\d+)M", done.stderr)
        self.assertTrue(done.returncode == 2 and needed, done.stderr)
        self.assertLess(memory, 60 * MEGA)
        # Which does; that the mask is no larger than its reference is another refusal.
        self.assertNotIn(b"of memory", self.execute(*run, f"{needed.group(1).decode()}M", "-q").stderr)

    def test_what_is_read(self):
        """Is in the budget while it is read and made another type, too: no run holds more before it
        is refused."""
        self.run_well("simulate", "scan", "--size", 1500, "--count", 60, "-o", "s.npz", "-q")
        self.path("s.npz.bz2").write_bytes(bz2.compress(self.path("s.npz").read_bytes()))
        np.save(self.path("p.npy"), self.rng.uniform(0, 1400, (60, 2)))
        np.save(self.path("i.npy"), self.rng.normal(0, 1, (1500, 1500)).astype("f4"))
        for arguments in (["s.npz.bz2"], ["s.npz"], ["s.npz", "--dtype", "c128"],
                          ["--image", "i.npy", "--positions", "p.npy", "--dtype", "c128"]):
            run = ["extract", *arguments, "-N", 64, "--overwrite", "-o", "o.npz"]
            for budget in range(40, 240, 20):
                done, memory = self.execute_measured(*run, "--memory-budget", f"{budget}M", "-q")
                self.assertLessEqual(memory, budget * MEGA, (arguments, budget, done.stderr))
                if done.returncode == 0:
                    break
                self.assertIn(b"--memory-budget", done.stderr)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(budget, 40)

    def test_extract(self):
        np.save(self.path("i.npy"), self.complex_image(700, 700).astype("c8"))
        np.save(self.path("p.npy"), self.rng.uniform(0, 570, (2500, 2)))
        arguments = ["extract", "--image", "i.npy", "--positions", "p.npy", "-N", 128,
                     "--overwrite"]
        for name in ("o.npz", "o.h5"):
            self.check_budget(*arguments, "-o", name, least="20M", data=8 * 700 * 700)
        peak = self.run_at_peak(*arguments, "-o", "o.npz", "--memory-budget", "120M", "-q")
        self.assertLessEqual(peak, 120 * MEGA)
        self.assertGreater(self.path("o.npz").stat().st_size, 2 * 120 * MEGA)


if __name__ == "__main__":
    unittest.main()
