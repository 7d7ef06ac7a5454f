# SPDX-License-Identifier: Apache-2.0
"""All of these tests want a device."""
import pytest

import ptychopatch


def pytest_sessionstart():
    try:
        ptychopatch.device_count("cuda")
    except RuntimeError as error:
        pytest.exit(f"skipped: {error}", returncode=77)
