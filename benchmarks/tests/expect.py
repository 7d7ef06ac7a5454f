# SPDX-License-Identifier: Apache-2.0
"""How the tests here run a program and say what they miss."""
import re
import subprocess
import sys
import urllib.parse


def run(status, *arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, **options)
    if done.returncode != status:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}, expected {status}\n"
                 f"{done.stdout}{done.stderr}")
    return done


def require(condition, what):
    if not condition:
        sys.exit(f"expected {what}")


def drawings_of(page):
    """The SVG documents that a page of the suite holds."""
    return [urllib.parse.unquote(text) for text in
            re.findall(r'<img alt="[^"]+" src="data:image/svg\+xml,([^"]*)">', page)]
