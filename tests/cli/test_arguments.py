# SPDX-License-Identifier: Apache-2.0
"""Usage: help, versions, and arguments that are wrong."""
import unittest

import numpy as np

from command import CommandTest


class ArgumentsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write_scan("s.npz")

    def extract(self, *arguments, **options):
        return self.run_badly("extract", "s.npz", "-N", 8, "-o", "out.npz", *arguments, **options)

    def test_help_and_version(self):
        for arguments in (("--help",), ("-h",), ("extract", "-h"), ("assemble", "--help"),
                          ("info", "-h"), ("simulate", "-h"), ("simulate", "scan", "-h")):
            self.assertIn("Usage", self.run_well(*arguments))
        for flag in ("-V", "--version"):
            self.assertRegex(self.run_well(flag), r"^ptychopatch \d+\.\d+\.\d+\n$")

    def test_no_or_unknown_command(self):
        for arguments in ((), ("fly",), ("simulate",), ("simulate", "fly")):
            done = self.execute(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_wrong_values_name_the_argument(self):
        for option, value, says in (
                ("--anchor", "middle", "corner, half or centre"), ("--axes", "zx", "yx or xy"),
                ("--sign", "+", "window or content"), ("--interp", "cubic", "bilinear"),
                ("--boundary", "mirror", "reflect"), ("--layout", "nchw", "flat"),
                ("--algorithm", "fast", "iterative"), ("--dtype", "c32", "c64"),
                ("--local-offsets", "yes", "mirrored-ptychopinn"), ("--jitter", "-1", "at least 0"),
                ("--jitter", "nan", "a number"), ("--jitter", "1x", "a number"),
                ("--jitter-seed", "-1", "at least 0"), ("--group-size", "0", "at least 1"),
                ("--patch-height", "0", "at least 1"),
                ("--patch-width", "99999999999999999999", "an integer"), ("-j", "-1", "at least 0"),
                ("-j", "two", "an integer"), ("--device", "gpu", "cuda:N"),
                ("--device", "cuda:x", "cuda:N"),
                ("--device", "cuda:-1", "cuda:N"), ("--device", "cuda:", "cuda:N"), ("--format", "mat", "npz"),
                ("--progress", "loud", "json"), ("--memory-budget", "much", "a size"),
                ("--pixel-size", "0", "above 0"), ("--pixel-size", "wide", "a number"),
                ("--origin", "top", "centre"),
                ("--memory-budget", "-1G", "a size"), ("--memory-budget", "1Q", "a size"),
                ("--memory-budget", "1i", "a size"), ("--memory-budget", "0", "a size"),
                ("--memory-budget", "1e30G", "a size"), ("--positions", "", "a value"),
                ("--device", "", "a value")):
            with self.subTest(option=option, value=value):
                message = self.extract(f"{option}={value}" if option[1] == "-" else option + value)
                self.assertIn(option, message)
                self.assertIn(says, message)
                self.assertIn(repr(value), message)

    def test_patch_sizes_and_groups(self):
        for size in ("0", "-8", "large"):
            self.run_badly("extract", "s.npz", "-N", size, "-o", "out.npz", says=("-N", size))
        for arguments, says in (
                (("-K", 6), "--gridsize"), (("--gridsize", 60), "3601"),
                (("--gridsize", 2, "-K", 3), "4"), (("--groups", "none.npz"), "none.npz"),
                (("--gridsize", 2, "--samples", 10**12, "--oversample"), ""),
                (("--keys", "ptychopinn"), "--keys"), (("--device", "abacus"), "abacus"),
                (("--threads", -2), "--threads")):
            self.extract(*arguments, says=says)

    def test_empty_texts_are_no_values(self):
        for arguments, says in ((("--positions=",), "--positions"), (("",), "a value"),
                                (("--montage", ""), "--montage"), (("-o", ""), "-o")):
            self.extract(*arguments, says=says)
        self.run_badly("", says="a value")
        # What ends with the sign has a value.
        self.run_well("extract", "s.npz", "-N", 8, "--output=out=")

    def test_sizes(self):
        for size in ("300M", "300MB", "300000000", "0.3G", "3e8", "290MiB", "1GiB", "0.001T"):
            self.run_well("extract", "s.npz", "-N", 8, "--memory-budget", size, "-o", "out.npz",
                          "--overwrite")

    def test_constant_needs_its_boundary(self):
        self.extract("--constant", "1", says="--boundary constant")
        self.extract("--boundary", "constant", "--constant", "1,", says="--constant")
        self.extract("--boundary", "constant", "--constant", "1,2,3", says="--constant")

    def test_combinations(self):
        np.save(self.path("a.npy"), np.zeros((4, 2)))
        self.extract("--image", "a.npy", "--positions", "a.npy", says="INPUT")
        self.run_badly("extract", "-N", 4, "-o", "out.npz", says="INPUT")
        self.run_badly("extract", "--image", "a.npy", "-N", 4, "-o", "out.npz", says="INPUT")
        self.run_badly("extract", "s.npz", "-o", "out.npz", says="-N")
        self.run_badly("extract", "s.npz", "--patch-width", 4, "-o", "out.npz", says="-N")
        self.run_badly("extract", "s.npz", "a.npy", "-N", 4, "-o", "out.npz", says="a.npy")
        self.extract("-v", says="--quiet")
        self.extract("--group-size", "2", says="multiple")
        self.extract("--dtype", "f64", says=("objectGuess", "imaginary"))
        self.extract("--montage", "out.png", "--montage", "two.png", says="--montage")
        self.extract("--unknown", says="--unknown")
        self.run_badly("assemble", "-o", "out.npz", says="PATCHES")
        self.run_badly("assemble", "s.npz", "--shape", 3, "-o", "out.npz", says="--shape")
        self.run_badly("assemble", "s.npz", "--shape", 3, "x", "-o", "out.npz", says="--shape")
        self.run_badly("assemble", "s.npz", "-o", "out.npz", says="s.npz")
        self.run_badly("extract", "s.npz", "-N", "64.5", "-o", "out.npz", says=("-N", "64.5"))
        self.run_badly("assemble", "s.npz", "--eps", 0, "-o", "out.npz", says="--eps")
        self.run_badly("simulate", "scan", "--step", 3, "--count", 9, "-o", "o.npz", says="--count")
        self.run_badly("simulate", "scan", "-N", 300, "-o", "o.npz", says="-N")
        self.run_badly("simulate", "scan", "--size", 0, "-o", "o.npz", says="--size")
        self.run_badly("simulate", "scan", "--size", 64, "--count", 4, "-o", "o.npz",
                       says="--count")

    def test_a_device_that_is_not_there_is_no_usage_error(self):
        message = self.extract("--device", "cuda:9999", status=3)
        self.assertIn("CUDA", message.replace("cuda", "CUDA"))

    def test_library_limits(self):
        self.extract("--memory-budget", "16", says=("--memory-budget", "are needed"))
        self.run_badly("group", "s.npz", "--gridsize", 2, "-o", "out.npz", "--memory-budget", "16",
                       status=3)


if __name__ == "__main__":
    unittest.main()
