# SPDX-License-Identifier: Apache-2.0
"""Text that others wrote, as JSON, CSV and YAML: what is meant to exhaust who reads it is refused."""
import json
import os
import unittest

import numpy as np

from command import CommandTest

LEVELS = 64
DEEP = 1_000_000


def nested(levels):
    return "[" * levels + "]" * levels


class TextsTest(CommandTest):
    def resume(self, text, ending, says):
        """A run that goes on with records leaves them as they were where it refuses them."""
        np.save(self.path("ref.npy"), np.zeros((32, 32), np.float32))
        np.save(self.path("image.npy"), np.zeros((32, 32), np.float32))
        path = self.path("x." + ending)
        path.write_text(text)
        self.run_badly("align", "--ref", "ref.npy", "image.npy", "--resume", "-o", path.name,
                       says=("'x." + ending, says))
        self.assertEqual(path.read_text(), text)

    def test_nested_metadata(self):
        self.write_scan("s.npz")
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.npz")
        arrays = self.load("p.npz")
        # The metadata itself is one level.
        arrays["metadata"] = np.array('{"a": ' + nested(LEVELS - 1) + "}")
        np.savez(self.path("good.npz"), **arrays)
        info = json.loads(self.run_well("info", "good.npz", "--json"))
        self.assertEqual(str(info["metadata"]["a"]).count("["), LEVELS - 1)
        for levels in (LEVELS, 60_000, DEEP):
            arrays["metadata"] = np.array('{"a": ' + nested(levels) + "}")
            np.savez(self.path("deep.npz"), **arrays)
            info = json.loads(self.run_well("info", "deep.npz", "--json"))
            self.assertIn(f"deeper than the {LEVELS} levels", info["metadata_unreadable"])
            self.assertIn("patches", [each["key"] for each in info["arrays"]])
            self.assertIn("deep.npz", self.run_well("info", "deep.npz"))
            self.run_badly("assemble", "deep.npz", "-o", "out.npz",
                           says=("deep.npz", f"{LEVELS} levels"))

    def test_metadata_of_many_keys(self):
        np.savez(self.path("keys.npz"), metadata=json.dumps({str(i): i for i in range(300_000)}))
        info = json.loads(self.run_well("info", "keys.npz", "--json"))
        self.assertIn("more than 4096 keys", info["metadata_unreadable"])

    def test_nested_records(self):
        for text in ("[" * DEEP, nested(DEEP), '[{"a":' * DEEP):
            self.resume(text, "json", f"{LEVELS} levels")
        self.resume(f"f_fpath,status,motion\nimage.npy,ok,{nested(DEEP)}\n", "csv",
                    f"{LEVELS} levels")

    def test_aliases_and_nested_yaml(self):
        anchors = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"- &a{i + 1} [" + ", ".join([f"*a{i}"] * 10) + "]\n" for i in range(10))
        self.resume(anchors + "- {f_fpath: *a10, status: ok}\n", "yaml", "has an alias")
        self.resume("- f_fpath: &x a\n  status: ok\n  motion: *x\n", "yaml", "line 3, has an alias")
        for text in ("[" * DEEP, nested(DEEP), "- f_fpath: a\n  status: " + nested(LEVELS - 1),
                     "".join(" " * i + "-\n" for i in range(200))):
            self.resume(text, "yaml", f"{LEVELS} levels")
        # What is below that is read, and told to be no record of this run.
        self.resume("- f_fpath: a\n  status: " + nested(LEVELS - 2), "yaml", "made with other")
        self.resume("- {" + ", ".join(f"{i}: 0" for i in range(5000)) + "}\n", "yaml", "many keys")

    def test_aliases_in_an_index(self):
        shared = "".join(f"    - Bayer_a_ISO{i}.dng\n" for i in range(1000))
        text = ("Bayer:\n  s:\n    noisy_images: &x\n" + shared +
                "".join(f"  s{i}:\n    noisy_images: *x\n" for i in range(50)))
        self.path("index.yaml").write_text(text)
        self.run_badly("align", "--index", "index.yaml", "--dry-run",
                       says=("'index.yaml', line 1005, has an alias",))
        self.path("index.yaml").write_text("[" * DEEP)
        self.run_badly("align", "--index", "index.yaml", "--dry-run", says=f"{LEVELS} levels")

    def test_sizes(self):
        def sparse(name, size):
            with open(self.path(name), "wb") as file:
                file.truncate(size)
        np.save(self.path("i.npy"), np.zeros((32, 32), np.float32))
        for name in ("x.json", "x.csv", "x.yaml"):
            sparse(name, 1 << 40)
            self.run_badly("align", "--ref", "i.npy", "i.npy", "--resume", "-o", name,
                           says=(name, "1.1 TB, expected at most 4.0 GB"))
        sparse("index.yaml", 65_000_000)
        self.run_badly("align", "--index", "index.yaml", "--dry-run",
                       says=("index.yaml", "at most 64.0 MB"))
        self.path("set").mkdir()
        sparse("set/truth.json", 1 << 40)
        self.run_badly("simulate", "scene", "set", says=("truth.json", "at most 4.0 GB"))

    def test_what_no_memory_holds(self):
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if machine > 512 * 63_000_000:
            self.skipTest("this machine's memory holds it")
        self.path("index.yaml").write_text("[" + "," * 63_000_000 + "]")
        self.run_badly("align", "--index", "index.yaml", "--dry-run",
                       says=("index.yaml", "are needed"))

    def test_nested_truth(self):
        self.path("set").mkdir()
        for text in ("[" * DEEP, nested(DEEP)):
            self.path("set/truth.json").write_text(text)
            self.run_badly("simulate", "scene", "set", says=("truth.json", f"{LEVELS} levels"))


if __name__ == "__main__":
    unittest.main()
