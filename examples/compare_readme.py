# SPDX-License-Identifier: Apache-2.0
"""Fails unless the first ```c block of a README is the text of an example file."""
import difflib
import pathlib
import re
import sys


def main(readme, example):
    text = pathlib.Path(readme).read_text()
    block = re.search(r"^```c\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit(f"{readme} has no ```c block")
    # The licence line is for the file, not for the page.
    expected = pathlib.Path(example).read_text().split("\n", 1)[1]
    if block.group(1) != expected:
        diff = difflib.unified_diff(block.group(1).splitlines(), expected.splitlines(),
                                    readme, example, lineterm="")
        sys.exit("\n".join(diff))


main(*sys.argv[1:])
