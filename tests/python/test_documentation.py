# SPDX-License-Identifier: Apache-2.0
"""Documentations list the choices that the headers have."""
import inspect
import re
import subprocess
import sys

import ptychopatch
from ptychopatch import _choices, patches, registration
from ptychopatch._enumerations import CHOICES


def described():
    yield from (patches, registration)
    for name in ptychopatch.__all__:
        thing = getattr(ptychopatch, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield thing


def test_choices_are_those_of_the_headers():
    for kind in ("interpolation", "boundary"):
        listed = ", ".join(f'"{choice}"' for choice in CHOICES[kind])
        assert f"{kind} : {{{listed}}}\n" in patches.__doc__
    assert 'motion_search : {"none", "rotation"}' in registration.__doc__
    assert 'order : {"drawn", "distance", "position"}' in ptychopatch.group.__doc__


def test_no_place_for_choices_is_left():
    for thing in described():
        left = re.findall(r"\{(\w+)\}", thing.__doc__ or "")
        assert not left, (thing, left)


def test_other_braces_stay():
    assert _choices.with_choices("{a, b} {unknown} {} {axes}") == '{a, b} {unknown} {} {"yx", "xy"}'


def test_without_documentations():
    program = "import sys, ptychopatch; sys.exit(ptychopatch.patches.__doc__ is not None)"
    subprocess.run([sys.executable, "-OO", "-c", program], check=True)
