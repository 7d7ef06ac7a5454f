# SPDX-License-Identifier: Apache-2.0
"""Runs a program; fails unless it exits 0 and prints exactly the expected text."""
import subprocess
import sys


def main(program, *lines):
    command = [sys.executable, program] if program.endswith(".py") else [program]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} exited {done.returncode}")
    if done.stdout.splitlines() != list(lines):
        sys.exit("expected:\n" + "\n".join(lines) + f"\ngot:\n{done.stdout}")


main(*sys.argv[1:])
