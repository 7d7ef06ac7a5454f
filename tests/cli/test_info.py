# SPDX-License-Identifier: Apache-2.0
"""What info says of this machine and of files."""
import json
import os
import unittest

import numpy as np

from command import CommandTest


class InfoTest(CommandTest):
    def json(self, *arguments):
        return json.loads(self.run_well("info", *arguments, "--json"))

    def test_machine(self):
        info = self.json()
        self.assertRegex(info["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual([b["name"] for b in info["backends"]], ["cpu", "cuda"])
        self.assertEqual(info["backends"][0]["devices"], 1)
        cuda = info["backends"][1]
        if cuda["devices"] == 0:
            self.assertTrue(cuda["reason"])
        self.assertGreaterEqual(info["context"]["threads"], 1)
        self.assertTrue(info["context"]["simd"])
        text = self.run_well("info")
        self.assertIn(info["version"], text)
        self.assertIn(info["context"]["simd"], text)

    def test_machine_follows_the_options(self):
        info = self.json("-j", 1, "--memory-budget", "64MiB", "--device", "cpu")
        self.assertEqual(info["context"]["threads"], 1)
        self.assertEqual(info["context"]["memory_budget"], 64 << 20)

    def test_scan(self):
        self.write_scan("s.npz", extra=np.zeros((3, 4), ">i2", order="F"),
                        things=np.array([{}], object))
        info = self.json("s.npz")
        arrays = {a["key"]: a for a in info["arrays"]}
        self.assertEqual(arrays["objectGuess"]["shape"], [40, 36])
        self.assertEqual(arrays["objectGuess"]["dtype"], "complex128")
        self.assertEqual(arrays["extra"]["byte_order"], "swapped")
        self.assertEqual(arrays["extra"]["order"], "Fortran")
        self.assertIn("pickled", arrays["things"]["unreadable"])
        self.assertEqual(info["scan"]["anchor"], "half")
        self.assertEqual(info["scan"]["axes"], "xy")
        text = self.run_well("info", "s.npz")
        for word in ("objectGuess", "(40, 36)", "complex128", "pixels", "anchor half"):
            self.assertIn(word, text)

    def test_array(self):
        np.save(self.path("a.npy"), np.zeros((2, 3), "u2"))
        info = self.json("a.npy")
        self.assertEqual(info["format"], "npy")
        self.assertEqual(info["arrays"][0]["shape"], [2, 3])
        self.assertIn("uint16", self.run_well("info", "a.npy"))

    def test_outputs_describe_themselves(self):
        self.write_scan("s.npz")
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.npz")
        metadata = self.json("p.npz")["metadata"]
        self.assertEqual(metadata["options"]["anchor"], "half")
        self.assertIn('"anchor": "half"', self.run_well("info", "p.npz"))
        np.savez(self.path("odd.npz"), metadata="{")
        self.assertIn("JSON", self.json("odd.npz")["metadata_unreadable"])

    def test_any_file_name(self):
        name = os.fsencode(str(self.folder)) + b"/odd\xff\n.npz"
        self.write_scan("s.npz")
        os.rename(self.path("s.npz"), name)
        arguments = ["extract", name, "-N", 8, "-o", "p.npz"]
        done = self.execute_bytes(arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("odd", self.metadata("p.npz")["image"]["source"])
        self.assertEqual(self.execute_bytes(["info", name, "--json"]).returncode, 0)
        os.rename(name, self.path("s.npz"))
        done = self.execute_bytes(["info", name])
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def execute_bytes(self, arguments):
        return self.execute(*[a if isinstance(a, str) else os.fsdecode(a)
                              for a in map(lambda a: a if isinstance(a, bytes) else str(a),
                                           arguments)])


if __name__ == "__main__":
    unittest.main()
