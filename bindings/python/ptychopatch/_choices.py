# SPDX-License-Identifier: Apache-2.0
"""Options by the names that the command ptychopatch has for them, checked one by one."""
import operator

INTERPOLATIONS = {"bilinear": 0, "nearest": 1, "bicubic": 2, "lanczos3": 3}
BOUNDARIES = {"zero": 0, "constant": 1, "edge": 2, "reflect": 3, "wrap": 4}
ANCHORS = {"corner": 0, "half": 1, "centre": 2}
AXES = {"yx": 0, "xy": 1}
SIGNS = {"window": 0, "content": 1}
LAYOUTS = {"flat": 0, "channel-last": 1, "channel-first": 2}
LOCAL_OFFSETS = {"as-given": 0, "mirrored-ptychopinn": 1}
ORDERS = {"drawn": 0, "distance": 1, "position": 2}
RELATIVE_SIGNS = {"from-offset": 0, "to-offset": 1}
METHODS = {"ml": 0, "phase": 1, "cross": 2, "per-plane": 3}
SHIFT_SIGNS = {"register": 0, "displacement": 1}
EXTENTS = {"linear": 0, "circular": 1}
SWITCHES = {"auto": 0, "on": 1, "off": 2}
AVERAGES = {"median": 0, "mean": 1}
BACKENDS = {"auto": 0, "cpu": 1, "cuda": 2}


def number_of(name, choice, choices):
    """The library's number of a choice."""
    try:
        return choices[choice]
    except (KeyError, TypeError):
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, choices))}, got "
                         f"{choice!r}") from None


def integer(name, value, least=0, most=2**63 - 1):
    """A whole number within the range."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected a whole number, got {value!r}") from None
    if not least <= number <= most:
        raise ValueError(f"{name}: expected {least} to {most}, got {number}")
    return number


def real(name, value):
    """A real number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a number, got {value!r}") from None


def with_defaults(function, given, defaults):
    """All options, those that are not given by their defaults; TypeError for one that is none."""
    for name in given:
        if name not in defaults:
            raise TypeError(f"{function}: expected options among {', '.join(defaults)}, got {name}")
    return {**defaults, **given}
