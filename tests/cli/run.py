# SPDX-License-Identifier: Apache-2.0
"""Runs test_NAME.py; ends with 77 where every test was skipped."""
import pathlib
import sys
import unittest

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
suite = unittest.defaultTestLoader.loadTestsFromName("test_" + sys.argv[1])
result = unittest.TextTestRunner(verbosity=1).run(suite)
if result.testsRun == 0 or not result.wasSuccessful():
    sys.exit(1)
if len(result.skipped) == result.testsRun:
    for _, reason in result.skipped:
        print("skipped:", reason)
    sys.exit(77)
