# SPDX-License-Identifier: Apache-2.0
"""peak.py FILE COMMAND ...: runs it and writes the most memory that it and its children held at once,
in bytes, pages that they share counted once."""
import os
import subprocess
import sys
import time


def family(process):
    found = [process]
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    except OSError:  # it has ended
        pass
    return found


def held(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as lines:
            for line in lines:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


running = subprocess.Popen(sys.argv[2:])
most = 0
while running.poll() is None:
    most = max(most, sum(map(held, family(running.pid))))
    time.sleep(0.002)
with open(sys.argv[1], "w") as file:
    file.write(str(most))
sys.exit(running.returncode if running.returncode >= 0 else 128 - running.returncode)
