# SPDX-License-Identifier: Apache-2.0
import os
import secrets
import zlib

import numpy
import pytest

SEED = int(os.environ.get("PTYCHOPATCH_TEST_SEED") or secrets.randbits(32))


def pytest_report_header():
    return f"PTYCHOPATCH_TEST_SEED={SEED}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        report.sections.append(("seed", f"PTYCHOPATCH_TEST_SEED={SEED}"))


@pytest.fixture
def random(request):
    """One independent stream a test, so that a test repeats alone as it ran among others."""
    return numpy.random.default_rng([SEED, zlib.crc32(request.node.nodeid.encode())])
