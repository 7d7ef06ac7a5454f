# SPDX-License-Identifier: Apache-2.0
"""Fails unless the first block of a README in an example's language is the text of its file."""
import difflib
import pathlib
import re
import sys


LANGUAGES = {".c": "c", ".py": "python"}


def main(readme, example):
    text = pathlib.Path(readme).read_text()
    language = LANGUAGES[pathlib.Path(example).suffix]
    block = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit(f"{readme} has no ```{language} block")
    # The licence line is for the file, not for the page.
    expected = pathlib.Path(example).read_text().split("\n", 1)[1]
    if block.group(1) != expected:
        diff = difflib.unified_diff(block.group(1).splitlines(), expected.splitlines(),
                                    readme, example, lineterm="")
        sys.exit("\n".join(diff))


main(*sys.argv[1:])
