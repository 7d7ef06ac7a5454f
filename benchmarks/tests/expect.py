# SPDX-License-Identifier: Apache-2.0
"""How the tests here run a program and say what they miss."""
import subprocess
import sys


def run(status, *arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, **options)
    if done.returncode != status:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}, expected {status}\n"
                 f"{done.stdout}{done.stderr}")
    return done


def require(condition, what):
    if not condition:
        sys.exit(f"expected {what}")
