# SPDX-License-Identifier: Apache-2.0
"""The list of what a package is made of, and the licences beside it.

usage: test_materials.py SOURCE LIBRARY DUCC0
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE, LIBRARY, DUCC0 = sys.argv[1:4]


class Materials(unittest.TestCase):
    def make(self, time="1700000000", *contains, toolkit=""):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        spdx, notices = pathlib.Path(folder.name, "s"), pathlib.Path(folder.name, "n")
        subprocess.run([sys.executable, "-B", SOURCE + "/cmake/bill_of_materials.py", "--source", SOURCE,
                        "--name", "package", "--version", "1.2.3", "--spdx", spdx, "--notices", notices,
                        "--ducc0", DUCC0, f"--cuda-root={toolkit}", "--cuda=13.0",
                        "--contains", *contains, "--binary", LIBRARY], check=True,
                       env={**os.environ, "SOURCE_DATE_EPOCH": time})
        return spdx.read_text(), notices.read_text()

    def test_everything_is_named_and_related(self):
        text, notices = self.make("1700000000", "ducc0", "highway")
        document = json.loads(text)
        by_id = {each["SPDXID"]: each for each in document["packages"]}
        self.assertEqual(document["creationInfo"]["created"], "2023-11-14T22:13:20Z")
        names = {}
        for relation in document["relationships"]:
            names.setdefault(relation["relationshipType"], set()).add(
                by_id[relation["relatedSpdxElement"]]["name"])
        self.assertEqual(names["DESCRIBES"], {"package"})
        self.assertEqual(names["STATIC_LINK"], {"ducc0", "highway"})
        needed = subprocess.run(["readelf", "-d", LIBRARY], stdout=subprocess.PIPE, check=True).stdout
        if b"libtbb" in needed:
            self.assertIn("libtbb12", names["DYNAMIC_LINK"])
        self.assertEqual(len(by_id), 3 + len(names.get("DYNAMIC_LINK", ())))
        self.assertEqual(by_id["SPDXRef-package"]["versionInfo"], "1.2.3")
        for words in ("Copyright (C) 2010-2023 Max-Planck-Society", "Redistributions in binary form",
                      "Apache License", "Version 2.0, January 2004"):
            self.assertIn(words, notices)
        # DUCC0's FFT is taken under one of its two licences.
        ducc0 = notices.split("---- ducc0")[1].split("\n---- ")[0]
        self.assertNotIn("GNU General Public License", ducc0)

    def test_the_toolkits_licences(self):
        """Their texts are handed on where the toolkit has them, else the places where they are."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        head = "/****\n * Copyright of a sorter\n ****/"
        licence = "An agreement about the runtime"
        for place, text in (("include/cccl/cub/cub.cuh", head + "\n/** \\file */\n#pragma once\n"),
                            ("EULA.txt", licence)):
            file = pathlib.Path(folder.name, place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        text, notices = self.make("5", "cudart", "cccl", toolkit=folder.name)
        extracted, = json.loads(text)["hasExtractedLicensingInfos"]
        self.assertIn(licence, extracted["extractedText"])
        self.assertIn(licence, notices)
        self.assertIn(head, notices)
        self.assertNotIn("pragma", notices)
        without = self.make("5", "cudart", "cccl")
        for part in without:
            self.assertIn("https://docs.nvidia.com/cuda/eula/", part)
            self.assertNotIn(licence, part)
        self.assertIn("https://github.com/NVIDIA/cccl", without[1])

    def test_the_same_bytes_of_the_same_inputs(self):
        self.assertEqual(self.make("5", "ducc0"), self.make("5", "ducc0"))
        self.assertNotEqual(self.make("5", "ducc0")[0], self.make("5")[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
