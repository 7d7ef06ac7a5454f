# SPDX-License-Identifier: Apache-2.0
"""Options by the names that the command ptychopatch has for them, checked one by one."""
import operator
import re
from typing import TypeVar

from ._enumerations import CHOICES

_Described = TypeVar("_Described")


def number_of(name, choice, kind=None):
    """The library's number of a choice, of those that have the option's name or another one."""
    choices = CHOICES[kind or name]
    try:
        return choices[choice]
    except (KeyError, TypeError):
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, choices))}, got "
                         f"{choice!r}") from None


def name_of(kind, number):
    """The choice that has the library's number."""
    return next(choice for choice, of_choice in CHOICES[kind].items() if of_choice == number)


def with_choices(text):
    """A documentation whose {kind} is the choices of that kind; None, where Python keeps none, stays."""
    def listed(place):
        choices = ", ".join(f'"{choice}"' for choice in CHOICES.get(place[1], ()))
        return f"{{{choices}}}" if choices else place[0]
    return text and re.sub(r"\{(\w+)\}", listed, text)


def documented(described: _Described) -> _Described:
    """Decorates a function or class whose documentation has choices."""
    described.__doc__ = with_choices(described.__doc__)
    return described


def numbers_of(options, *names):
    """The library's numbers of the options with these names."""
    return [number_of(name, options[name]) for name in names]


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
