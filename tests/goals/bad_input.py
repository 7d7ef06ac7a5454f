# SPDX-License-Identifier: Apache-2.0
"""Counts what the command must refuse and does not: exit status 2, one sentence, no output file.

Runs the tests of tests/cli that hold such cases, and prints one line of a goal: name, value, limit,
ok or MISS.

usage: bad_input.py --command PATH [--data FOLDER]
"""
import argparse
import os
import pathlib
import sys
import unittest

MODULES = ("test_arguments", "test_bad_formats", "test_bad_input", "test_full_disk", "test_mat",
           "test_outputs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True)
    parser.add_argument("--data", default="")
    options = parser.parse_args()
    os.environ["PTYCHOPATCH_COMMAND"] = options.command
    os.environ["PTYCHOPATCH_TEST_DATA"] = options.data
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
    from command import CommandTest
    cases = []
    refuse = CommandTest.run_badly

    def counted(*arguments, **named):
        cases.append(arguments[1:])
        return refuse(*arguments, **named)

    CommandTest.run_badly = counted
    suite = unittest.defaultTestLoader.loadTestsFromNames(MODULES)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    wrong = len(result.failures) + len(result.errors)
    met = wrong == 0 and result.testsRun > 0
    print(f"{f'bad input not refused well, of {len(cases)} cases':<56}  {wrong}  0  "
          f"{'ok' if met else 'MISS'}")
    sys.exit(0 if met else 1)


main()
