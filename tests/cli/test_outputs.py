# SPDX-License-Identifier: Apache-2.0
"""Outputs appear complete or not at all, and never over what is there unasked."""
import json
import os
import stat
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import numpy as np

from command import COMMAND, CommandTest


class OutputsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write_scan("s.npz")
        self.extract = ("extract", "s.npz", "-N", 8, "-o", "out.npz")

    def names(self):
        return sorted(p.name for p in self.folder.iterdir())

    def test_an_existing_output_is_refused(self):
        self.path("out.npz").write_bytes(b"precious")
        self.run_badly(*self.extract, says=("out.npz", "--overwrite"))
        self.assertEqual(self.path("out.npz").read_bytes(), b"precious")
        self.run_well(*self.extract, "--overwrite")
        self.assertEqual(self.load("out.npz")["patches"].shape[1:], (8, 8))
        self.path("m.png").write_bytes(b"precious")
        self.run_badly("extract", "s.npz", "-N", 8, "-o", "new.npz", "--montage", "m.png",
                       says="m.png")
        self.assertEqual(self.path("m.png").read_bytes(), b"precious")

    def test_nothing_else_is_left(self):
        self.run_well(*self.extract, "--montage", "m.png")
        self.assertEqual(self.names(), ["m.png", "out.npz", "s.npz"])
        self.run_well(*self.extract, "--montage", "m.png", "--overwrite")
        self.assertEqual(self.names(), ["m.png", "out.npz", "s.npz"])

    def test_a_pictures_ending_says_its_format(self):
        self.run_well(*self.extract)
        for name, *arguments in (("extract", "s.npz", "-N", 8, "--montage"),
                                 ("assemble", "out.npz", "--preview"),
                                 ("simulate", "scan", "--size", 40, "-N", 16, "--preview")):
            for ending, begin in (("png", b"\x89PNG\r\n\x1a\n"), ("svg", b"<?xml"),
                                  ("PDF", b"%PDF-")):
                written = []
                for run in "ab":
                    self.run_well(name, *arguments, f"{run}.{ending}", "-o", f"{run}.npz",
                                  "--overwrite")
                    written.append(self.path(f"{run}.{ending}").read_bytes())
                self.assertTrue(written[0].startswith(begin), (name, ending))
                self.assertEqual(*written, "two runs give equal bytes")
                if ending == "svg":
                    self.check_svg(written[0])
            for wrong in ("m.jpg", "m", "m.png.gz", ".png/"):
                self.run_badly(name, *arguments, wrong, "-o", "n.npz",
                               says=(str(arguments[-1]), wrong, ".png, .svg or .pdf"))
        piped = self.execute("extract", "s.npz", "-N", 8, "-o", "n.npz", "--montage", "-").stdout
        self.assertTrue(piped.startswith(b"\x89PNG"))

    def check_svg(self, text):
        root = ElementTree.fromstring(text)
        space = "{http://www.w3.org/2000/svg}"
        self.assertEqual(root.tag, space + "svg")
        links = [use.get("{http://www.w3.org/1999/xlink}href") for use in root.iter(space + "use")]
        self.assertGreater(sum(link.startswith("#glyph") for link in links), 20, "a title at least")
        names = {element.get("id") for element in root.iter()}
        self.assertLessEqual({link[1:] for link in links}, names)

    def test_two_outputs_of_one_file_are_refused(self):
        """Whatever they are called, before there is any work."""
        os.mkdir(self.path("d"))
        os.symlink("d", self.path("e"))
        self.path("x.png").write_bytes(b"precious")
        os.symlink("../x.png", self.path("d/link.png"))
        self.run_well("extract", "s.npz", "-N", 8, "-o", "p.npz")
        commands = ((("extract", "s.npz", "-N", 8), "--montage"), (("assemble", "p.npz"), "--preview"),
                    (("simulate", "scan", "--size", 40, "-N", 16), "--preview"))
        for command, option in commands:
            for one, other in (("x.png", "./x.png"), ("x.png", "d/link.png"), ("d/n.png", "e/n.png"),
                               ("n.png", self.path("n.png")), ("d/../n.png", "n.png"), ("-", "-")):
                for more in ((), ("--dry-run",)):
                    self.run_badly(*command, "-o", one, option, other, "--overwrite", *more,
                                   says=(option, repr(str(other)), "-o"))
        # No picture replaces an input.
        os.rename(self.path("s.npz"), self.path("s.png"))
        self.run_badly("extract", "s.png", "-N", 8, "-o", "o.npz", "--montage", "d/../s.png",
                       "--overwrite", says=("--montage", "input"))
        np.save(self.path("q"), self.rng.uniform(0, 9, (9, 2)))
        os.rename(self.path("q.npy"), self.path("q.svg"))
        self.run_badly("positions", "q.svg", "q.svg", "--picture", "d/../q.svg", "--overwrite",
                       says=("--picture", "input"))
        self.run_badly("positions", "q.svg", "q.svg", "--picture", "-", says="--picture")
        self.run_badly("bench", "-o", "b.html", "--json", "d/../b.html", "--quick", says="--json")
        # What is thrown away has no file.
        self.run_well("extract", "s.png", "-N", 8, "-o", "/dev/null", "--montage", "/dev/null")

    def test_an_input_may_be_replaced(self):
        self.run_well("extract", "s.npz", "-N", 8, "-o", "s.npz", "--overwrite")
        self.assertIn("patches", self.load("s.npz"))

    def test_dry_run_writes_nothing(self):
        before = self.listing()
        for arguments in ((*self.extract, "--montage", "m.png"),
                          ("simulate", "scan", "-o", "n.npz", "--preview", "n.png")):
            done = self.execute(*arguments, "--dry-run")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"would write", done.stderr)
            self.assertEqual(self.listing(), before)
        self.run_well(*self.extract)
        before = self.listing()
        self.assertEqual(self.execute("assemble", "out.npz", "-o", "a.npz",
                                      "--dry-run").returncode, 0)
        self.assertEqual(self.listing(), before)
        # It finds what the run would find.
        self.run_badly(*self.extract, "--dry-run", says="--overwrite")
        self.run_badly("extract", "gone.npz", "-N", 8, "-o", "n.npz", "--dry-run", says="gone.npz")
        self.run_badly("extract", "s.npz", "-N", 8, "-o", "no/n.npz", "--dry-run", says="no")

    def test_places_that_cannot_be_written(self):
        os.mkdir(self.path("d"))
        for output in ("d", "d/", "missing/out.npz", "s.npz/out.npz", "", "/proc/out.npz"):
            self.run_badly("extract", "s.npz", "-N", 8, "-o", output, "--overwrite",
                           says=repr(output))
        self.run_badly("extract", "s.npz", "-N", 8, "-o", "same", "--montage", "same",
                       says=("--montage", "same", ".png, .svg or .pdf"))
        self.run_badly("extract", "s.npz", "-N", 8, "-o", "same.png", "--montage", "same.png",
                       says="same.png")
        self.run_badly("extract", "s.npz", "-N", 8, "-o", "o.npz", "--montage", "gone/m.png",
                       says="gone")

    def test_permissions_follow_the_umask(self):
        subprocess.run([COMMAND, *map(str, self.extract)], cwd=self.folder, check=True,
                       stderr=subprocess.DEVNULL, umask=0o027)
        self.assertEqual(stat.S_IMODE(self.path("out.npz").stat().st_mode), 0o640)

    def test_quiet_and_verbose(self):
        self.assertEqual(self.execute(*self.extract, "-q").stderr, b"")
        normal = self.execute(*self.extract, "--overwrite").stderr
        verbose = self.execute(*self.extract, "--overwrite", "-v").stderr
        self.assertIn(b"wrote 'out.npz'", normal)
        self.assertNotIn(b"algorithm", normal)
        self.assertIn(b"algorithm batched", verbose)
        iterative = self.execute(*self.extract, "--overwrite", "-v", "--algorithm", "iterative")
        self.assertIn(b"algorithm iterative", iterative.stderr)
        environment = {**os.environ, "PPATCH_ALGORITHM": "iterative"}
        self.assertIn(b"algorithm iterative",
                      self.execute(*self.extract, "--overwrite", "-v", env=environment).stderr)

    def test_progress(self):
        done = self.execute(*self.extract, "-q", "--progress=json")
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertGreaterEqual(len(lines), 2)
        fractions = [line["fraction"] for line in lines]
        self.assertEqual(fractions, sorted(fractions))
        self.assertEqual(fractions[-1], 1)
        self.assertEqual(lines[-1]["done"], lines[-1]["total"])
        # Not a terminal: no bar.
        done = self.execute(*self.extract, "--overwrite")
        self.assertNotIn(b"\r", done.stderr)
        done = self.execute(*self.extract, "--overwrite", "--progress=bar")
        self.assertIn(b"\r", done.stderr)

    def test_a_reader_that_goes_away(self):
        np.savez(self.path("large.npz"), objectGuess=np.ones((64, 64)),
                 xcoords=np.full(2000, 30.5), ycoords=np.full(2000, 30.5))
        with subprocess.Popen([COMMAND, "extract", "large.npz", "-N", "64", "-q"],
                              cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdout.close()
            message = process.stderr.read()
        self.assertEqual(process.returncode, 2, message)
        self.assertIn(b"standard output", message)

    def test_compressed_output(self):
        np.savez(self.path("flat.npz"), objectGuess=np.ones((64, 64)), xcoords=np.full(50, 30.5),
                 ycoords=np.full(50, 30.5))
        for extra, name in (((), "plain.npz"), (("--compress",), "small.npz")):
            self.run_well("extract", "flat.npz", "-N", 16, "-o", name, *extra)
        np.testing.assert_array_equal(self.load("plain.npz")["patches"],
                                      self.load("small.npz")["patches"])
        self.assertLess(self.path("small.npz").stat().st_size,
                        self.path("plain.npz").stat().st_size / 5)
        self.run_well("assemble", "small.npz", "-o", "a.npz")


if __name__ == "__main__":
    unittest.main()
