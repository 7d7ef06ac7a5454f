# SPDX-License-Identifier: Apache-2.0
"""Options of patches, and what of them tells the shapes of arrays."""
from __future__ import annotations

import functools
import math
from typing import NamedTuple, TypedDict

from . import _core
from ._arrays import shape_of, stream_of
from ._choices import integer, numbers_of, real, with_defaults
from ._context import context_of
from ._enumerations import (Anchor, Axes, Boundary, Halves, Interpolation, Layout, LocalOffsets,
                            Sign, Subpixel)


class Options(TypedDict, total=False):
    """Keywords of all functions of ptychopatch.patches, which says what they mean."""

    interpolation: Interpolation
    boundary: Boundary
    constant: complex
    anchor: Anchor
    axes: Axes
    sign: Sign
    layout: Layout
    group_size: int
    local_offsets: LocalOffsets
    subpixel: Subpixel
    halves: Halves
    jitter: float
    seed: int


class Settings(NamedTuple):
    """Options, and what of them tells the shapes of arrays."""

    options: _core.PatchOptions
    height: int
    width: int
    layout: str
    group_size: int

    def patches_shape(self, count, modes=()):
        """Of patches, or with the number of modes of waves."""
        groups = count // self.group_size
        if self.layout == "flat":
            return count, *modes, self.height, self.width
        if self.layout == "channel-last":
            return groups, *modes, self.height, self.width, self.group_size
        return groups, self.group_size, *modes, self.height, self.width

    def call(self, context, positions, image_index, *arrays):
        """A call of an operator, on the stream of its arrays."""
        return _core.PatchCall(context_of(context), self.options, positions, image_index,
                               stream_of(*arrays))


DEFAULTS = {"interpolation": "bilinear", "boundary": "zero", "constant": 0, "anchor": "corner",
             "axes": "yx", "sign": "window", "layout": "flat", "group_size": 1,
             "local_offsets": "as-given", "subpixel": "object", "halves": "up", "jitter": 0.0,
             "seed": 0}


@functools.lru_cache(maxsize=256)
def settings_of_size(height, width, **options):
    given = with_defaults("patches", options, DEFAULTS)
    try:
        constant = complex(given["constant"])
    except (TypeError, ValueError):
        raise TypeError(f"constant: expected a number, got {given['constant']!r}") from None
    height, width = integer("patch_size", height), integer("patch_size", width)
    group_size = integer("group_size", given["group_size"], 1)
    options = _core.PatchOptions(
        height, width, group_size, constant.real, constant.imag, real("jitter", given["jitter"]),
        integer("seed", given["seed"], 0, 2**64 - 1),
        *numbers_of(given, "interpolation", "boundary", "anchor", "axes", "sign", "layout",
                    "local_offsets", "subpixel", "halves"))
    return Settings(options, height, width, given["layout"], group_size)


def settings_of(patch_size, options):
    """Options with a patch size, an int or (h, w)."""
    height, width = patch_size if isinstance(patch_size, (tuple, list)) else (patch_size,) * 2
    return settings_of_size(height, width, **options)


def settings_of_patches(name, patches, options):
    """Options with the size that an array of patches has."""
    shape = shape_of(name, patches)
    layout = options.get("layout", "flat")
    size = shape[-3:-1] if layout == "channel-last" else shape[-2:]
    if len(size) != 2:
        raise ValueError(f"{name}: expected patches of the layout {layout!r}, got the shape "
                         f"{shape}")
    return settings_of_size(*size, **options)


def count_of(positions):
    """How many positions an array has, or a pair of integer part and fraction."""
    first = positions[0] if isinstance(positions, tuple) and positions else positions
    return math.prod(shape_of("positions", first)[:-1])
