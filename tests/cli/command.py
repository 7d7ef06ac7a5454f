# SPDX-License-Identifier: Apache-2.0
"""The real command, run in a folder of its own, and what every run of it must keep."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

MEASURED = pathlib.Path(__file__).with_name("measured.py")
COMMAND = os.environ["PTYCHOPATCH_COMMAND"]
DATA = pathlib.Path(os.environ.get("PTYCHOPATCH_TEST_DATA", ""))
SEED = int(os.environ.get("PTYCHOPATCH_TEST_SEED") or random.SystemRandom().getrandbits(32))
SCALE = float(os.environ.get("PTYCHOPATCH_TEST_SCALE") or 1)


def random_cases(count):
    return range(max(1, round(count * SCALE)))


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ptychopatch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.rng = np.random.default_rng(SEED)

    def path(self, name):
        return self.folder / name

    def execute(self, *arguments, prefix=(), **options):
        return subprocess.run([*prefix, COMMAND, *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **options)

    def execute_measured(self, *arguments):
        """The same; answers also the most memory that it held, in bytes."""
        answer = self.path("memory")
        small = [sys.executable, "-S", "-E", str(MEASURED), str(answer), COMMAND]
        # Where there is a sanitizer, it is not to keep what was given back.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        done = subprocess.run([*small, *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env={**os.environ, "ASAN_OPTIONS": options.lstrip(":")})
        memory = int(answer.read_text())
        answer.unlink()
        return done, memory

    def run_well(self, *arguments):
        """Runs a command that must succeed; answers its standard output."""
        done = self.execute(*arguments)
        self.assertEqual(done.returncode, 0, f"PTYCHOPATCH_TEST_SEED={SEED}\n"
                         f"{arguments}\n{done.stderr.decode()}")
        return done.stdout.decode()

    def min_budget(self, *arguments, more=0):
        """The least --memory-budget of a command, and so many megabytes more: what refusals ask for,
        first for what is read, until none is left for that."""
        needed, message = 1, "beside what is held"
        while "beside what is held" in message:
            done = self.execute(*arguments, "--memory-budget", f"{needed}M", "-q")
            message = done.stderr.decode()
            found = re.search(r"at least (\d+)M are needed", message)
            self.assertTrue(done.returncode == 2 and found, f"{arguments}\n{message}")
            self.assertGreater(int(found.group(1)), needed)
            needed = int(found.group(1))
        return f"{needed + more}M"

    def run_badly(self, *arguments, status=2, says=(), **options):
        """Runs a command that must fail: the status, one sentence, no file that was not there."""
        before = self.listing()
        done = self.execute(*arguments, "-q", **options)
        message = done.stderr.decode()
        self.assertEqual(done.returncode, status, f"{arguments}\n{message}")
        self.assertEqual(message.count("\n"), 1, message)
        self.assertTrue(message.startswith("ptychopatch: error: "), message)
        self.assertEqual(done.stdout, b"")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, message)
        self.assertEqual(self.listing(), before, message)
        return message

    def listing(self):
        return {p.relative_to(self.folder): p.lstat().st_mtime_ns
                for p in self.folder.rglob("*") if not p.is_dir()}

    def load(self, name):
        with np.load(self.path(name), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}

    def metadata(self, name):
        return json.loads(str(self.load(name)["metadata"]))

    def complex_image(self, *shape):
        return self.rng.normal(size=shape) + 1j * self.rng.normal(size=shape)

    def write_scan(self, name, shape=(40, 36), count=9, **extra):
        """A small PtychoPINN scan of complex128; answers object, x and y."""
        image = self.complex_image(*shape)
        x = self.rng.uniform(4, shape[1] - 4, count)
        y = self.rng.uniform(4, shape[0] - 4, count)
        x[0] = y[0] = 8.25  # within every image of the tests, whatever the seed
        np.savez(self.path(name), objectGuess=image, xcoords=x, ycoords=y, **extra)
        return image, x, y
