# SPDX-License-Identifier: Apache-2.0
"""Scenes over several devices: the host stands in for two."""
import os

from command import SEED, CommandTest


class DevicesTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.module = {**os.environ, "PPATCH_BACKEND_DIR": os.environ["PTYCHOPATCH_HOST_MODULE"]}

    def simulate(self, scenes):
        for i in range(scenes):
            self.run_well("simulate", "scene", "set", "--size", 64, 80, "--iso", 100, 200, 400,
                          "--references", 1 + i % 2, "--name", f"s{i}", "--seed", SEED + i)

    def align(self, device, output, *arguments):
        done = self.execute("align", "--layout", "rawnind", "set", "--device", device, "-o", output,
                            "--plot", f"{output}.svg", "-v", *arguments, env=self.module)
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        backends = done.stderr.decode().count("backend cuda")
        return self.path(output).read_bytes(), self.path(f"{output}.svg").read_bytes(), backends

    def test_equal_results(self):
        self.simulate(3)
        first = self.align("cuda:0", "one.json")
        second = self.align("cuda", "all.json")
        self.assertEqual(first[2], 1)
        # Under a sanitizer no child is made beside threads.
        self.assertEqual(second[2], 1 if "PTYCHOPATCH_SANITIZED" in os.environ else 2)
        # A difference is not to be looked for in text of that length.
        self.assertTrue(first[:2] == second[:2], f"PTYCHOPATCH_TEST_SEED={SEED}")
        self.assertIn(b'"backend":"cuda"', first[0])

    def test_one_scene_takes_one_device(self):
        self.simulate(1)
        self.assertEqual(self.align("cuda", "all.json")[2], 1)

    def test_what_goes_wrong_on_one_ends_all(self):
        self.simulate(2)
        self.path("files").mkdir()
        # Masks cannot be written where a file has the folder's name.
        self.path("files/m").write_bytes(b"")
        done = self.execute("align", "--layout", "rawnind", "set", "--device", "cuda", "-o", "a.json",
                            "--write-masks", "files/m", env=self.module)
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assertEqual(done.stderr.decode().count("error:"), 1, done.stderr.decode())
