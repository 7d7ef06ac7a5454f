# SPDX-License-Identifier: Apache-2.0
"""selftest: every operator's known answer, a line each, on the CPU and on the host as a device."""
import os
import re

from command import CommandTest

OPERATORS = ["extract", "extract, bicubic", "extract, lanczos3", "adjoint", "position gradient",
             "probe extract", "probe adjoint by image", "probe adjoint by probe", "assemble",
             "neighbours", "draw", "coordinates", "align", "image shift", "mosaic normalise",
             "mosaic bin", "pair gain", "pair loss", "pair mask"]


class SelftestTest(CommandTest):
    def answers(self, text):
        """Of each operator: its error, the limit, and what is said of bits and of the answer."""
        line = re.compile(r"^  (\S.*?)  +(\S+) of +(\S+)   (same bits|OTHER BITS|not promised) +"
                          r"(ok|FAILED)$", re.M)
        return {name: (float(error), float(limit), bits, verdict)
                for name, error, limit, bits, verdict in line.findall(text)}

    def test_cpu(self):
        text = self.run_well("selftest", "--device", "cpu", "--no-speed")
        answers = self.answers(text)
        self.assertEqual(list(answers), OPERATORS)
        for name, (error, limit, bits, verdict) in answers.items():
            self.assertLessEqual(error, limit, name)
            self.assertEqual((bits, verdict), ("same bits", "ok"), name)
        self.assertIn("all answers are right", text)

    def test_device(self):
        module = {**os.environ, "PPATCH_BACKEND_DIR": os.environ["PTYCHOPATCH_HOST_MODULE"]}
        arguments = ("selftest", "--device", "cuda:1", "--no-speed")
        done = self.execute(*arguments, env=module)
        text = done.stdout.decode()
        self.assertEqual(done.returncode, 0, text + done.stderr.decode())
        self.assertEqual(list(self.answers(text)), OPERATORS)
        done = self.execute(*arguments, env={**module, "PTYCHOPATCH_TEST_WRONG_COPIES": "1"})
        text = done.stdout.decode()
        self.assertEqual(done.returncode, 1, text + done.stderr.decode())
        self.assertIn("FAILED", text)
        self.assertIn("WRONG", text)

    def test_what_is_not_there(self):
        self.run_badly_too("selftest", "--device", "gpu", status=2, says="cuda:N")
        empty = {**os.environ, "PPATCH_BACKEND_DIR": str(self.folder)}
        self.run_badly_too("selftest", "--device", "cuda:0", status=3, says="CUDA", env=empty)

    def run_badly_too(self, *arguments, status, says, **options):
        done = self.execute(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        self.assertIn(says, done.stderr.decode())
