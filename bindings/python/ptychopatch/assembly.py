# SPDX-License-Identifier: Apache-2.0
"""Patches put back exactly, by least squares; options are those of `ptychopatch.patches`."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._choices import integer, real
from ._patch_options import settings_of, settings_of_patches
from .patches import images_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._context import Context
    from ._patch_options import Options


class Solution(NamedTuple):
    """What `solve` found, and how."""

    image: Any
    coverage: Any
    iterations: int
    residual: float


def solve(patches: Any, positions: Any, image_shape: tuple[int, ...] | None = None, *,
          weights: Any = None, iterations: int = 100, tolerance: float = 1e-10,
          regularisation: float = 0.0, image_index: Any = None, out: Any = None,
          coverage: Any = True, context: Context | None = None,
          **options: Unpack[Options]) -> Solution:
    """Puts patches back together exactly: the image whose patches come closest to these.

    `assemble` takes the mean of what overlaps, which blurs what was interpolated. This is the x that
    makes sum_k weights[k] |extract(x)_k - patches_k|^2 + regularisation |x - x0|^2 least, by conjugate
    gradients from x0, what `assemble` gives. An iteration costs no patch, only the image.

    Parameters
    ----------
    patches, positions, image_shape, image_index, out, coverage, context, **options
        As `assemble` has them; the coverage sums the weights.
    weights : (K,), optional
        Of the positions, float32 or float64, each 0 or more; 1 without it.
    iterations : int
        The most that are made.
    tolerance : float
        Of the residual of the normal equations, over their right side: it ends below that.
    regularisation : float
        What keeps pixels near x0: above 0 where few patches reach and there is noise.

    Returns
    -------
    image, coverage, iterations, residual : Solution
        With the iterations that were made and the residual that is left, of several images the most.
        Pixels that no patch reaches are 0. At the rim, where a single patch reaches, there are more
        pixels than numbers, and the image is not the one that was extracted from.

    On a card: NotImplementedError, for now.
    """
    settings = settings_of_patches("patches", patches, options)
    out, sums = images_of(patches, image_shape, out, True if coverage is False else coverage)
    made, residual = settings.call(context, positions, image_index, patches, out).solve(
        patches, weights, out, sums, integer("iterations", iterations, 1, 2**31 - 1),
        real("tolerance", tolerance), real("regularisation", regularisation))
    return Solution(out, sums, made, residual)


def solve_bytes(image: Any, positions: Any, patch_size: int | tuple[int, int], *,
                image_index: Any = None, context: Context | None = None,
                **options: Unpack[Options]) -> int:
    """Bytes of scratch that `solve` holds for images like this one, the plan's own included."""
    settings = settings_of(patch_size, options)
    return settings.call(context, positions, image_index, image).solve_bytes(image)
