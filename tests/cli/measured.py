# SPDX-License-Identifier: Apache-2.0
"""measured.py FILE COMMAND ...: runs it and writes the most memory it held, in bytes.

A program's figure begins with that of whoever started it, so it has to be something small."""
import resource
import subprocess
import sys

status = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10))
sys.exit(status if status >= 0 else 128 - status)
