# SPDX-License-Identifier: Apache-2.0
"""Patches: sub-pixel windows extracted from images at scan positions, and put back, exactly.

The patch of position p = (y, x) is, with the image interpolated between its pixels,

    patch[r, q] = image(y + r - a_y, x + q - a_x)

Pixel centres are whole numbers; there is no half-pixel offset. K positions are (K, 2), or (B, c, 2)
for B groups of c, float32 or float64, in pixels; or a pair of such arrays, (integer part, fraction),
the former int32: float32 alone resolves only 5e-4 px at 4096 px. All functions take these options by
keyword:

interpolation : {interpolation}
boundary : {boundary}
    What lies outside of the image; "reflect" does not repeat the edge pixel.
constant : complex
    The value outside for boundary="constant".
anchor : {anchor}
    The place in the patch that a position names: a = 0, N div 2, or (N - 1) / 2.
axes : {axes}
    Order of the columns of positions and of gradients.
sign : {sign}
    Positions move the window, or the content under it: then -p is used.
layout : {layout}
    Patches are (K, h, w), (B, h, w, c) or (B, c, h, w).
group_size : int
    c; K must be a multiple of it.
local_offsets : {local_offsets}
    Each group mirrored about its mean, as PtychoPINN's get_image_patches has it.
subpixel : {subpixel}
    What waves sample between pixels: the image, or the probe, which is then shifted in Fourier space
    over patches of "nearest".
halves : {halves}
    Which way "nearest" rounds what lies half-way: up, or to the even pixel, as NumPy's round.
jitter : float
    Positions are moved by N(0, jitter) pixels on each axis.
seed : int
    Of the jitter; a position's draw depends on the seed and its number alone.

Images (M, H, W) are extracted at every position each, and patches have M as a first axis; with
image_index, (K,) int32 or int64, position k belongs to image image_index[k] instead.

Image and patches have one type: float32, float64, complex64 or complex128, and any strides; NumPy
arrays, or what DLPack shares, as PyTorch's tensors, without a copy. Results are the same bits for
any number of threads.

Arrays on a card are used where they lie; what is written there is ready in the order of the stream
that their library works on now (PyTorch's and CuPy's current one), and nothing waits for it.

Errors: ValueError and TypeError for arguments, in a sentence that says which, what was expected and
what came; nothing has been written then. MemoryError; NotImplementedError; RuntimeError where a
device fails. Ctrl-C ends a call with KeyboardInterrupt, with outputs written in part.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from . import _core
from ._arrays import dtype_of, empty, optional_output, output, real_type, shape_of
from ._choices import integer, name_of, with_choices
from ._context import Context, context_of
from ._patch_options import (Options, count_of, settings_of, settings_of_patches,
                             settings_of_size)

if TYPE_CHECKING:
    from typing_extensions import Unpack

__doc__ = with_choices(__doc__)


def _batch(shape, image_index):
    """The axis that images add to patches."""
    return shape[:-2] if image_index is None else ()


def _modes(probe):
    """The axis that a probe adds to patches."""
    return () if probe is None else tuple(shape_of("probe", probe)[-3:-2])


def extract(image: Any, positions: Any, patch_size: int | tuple[int, int], *, probe: Any = None,
            image_index: Any = None, out: Any = None, context: Context | None = None,
            **options: Unpack[Options]) -> Any:
    """Extracts a patch at every position.

    Parameters
    ----------
    image : (H, W) or (M, H, W)
    positions : (K, 2) or (B, c, 2)
        In pixels; or a pair of arrays, integer part and fraction.
    patch_size : int or (h, w)
    probe : (modes, h, w) or (K, modes, h, w), optional
        Multiplies each patch, in the same pass: the results are exit waves.
    image_index : (K,), optional
        The image of each position.
    out : array, optional
        Where to write the patches, of their shape and the image's type, with any strides.
    context : Context, optional
    **options
        See the module ptychopatch.patches.

    Returns
    -------
    patches : array
        (K, h, w), (B, h, w, c) or (B, c, h, w), by the layout, with M as a first axis where every
        position is read from M images; out where it was given. With a probe, waves:
        (K, modes, h, w), (B, modes, h, w, c) or (B, c, modes, h, w).
    """
    settings = settings_of(patch_size, options)
    if out is None:
        count = count_of(positions)
        batch = _batch(shape_of("image", image), image_index)
        out = empty(image, (*batch, *settings.patches_shape(count, _modes(probe))))
    settings.call(context, positions, image_index, image, probe, out).extract(image, probe, out)
    return out


def adjoint(patches: Any, positions: Any, image_shape: tuple[int, ...] | None = None, *,
            probe: Any = None, image_index: Any = None, out: Any = None, coverage: Any = False,
            accumulate: bool = False, context: Context | None = None,
            **options: Unpack[Options]) -> Any:
    """Adds patches up where they were extracted: the conjugate transpose of `extract`.

    Parameters
    ----------
    patches, positions, probe, image_index, context, **options
        As `extract` has them; with a probe, patches are waves.
    image_shape : (H, W) or (M, H, W)
        Needed where out is not given.
    out : array, optional
        Where to write the image.
    coverage : bool or array, optional
        True, or where to write it: the sum of the weights that each pixel has in patches, real and
        shaped as the image. With a probe, those of the sum of |probe|^2 over its modes.
    accumulate : bool
        Add to what out and coverage hold.

    Returns
    -------
    image : array
        Or (image, coverage) where the coverage was asked for. Each pixel sums its patches in their
        order.
    """
    if accumulate and (out is None or coverage is True):
        raise ValueError("accumulate: expected arrays to add to, as out and as coverage")
    settings = settings_of_patches("patches", patches, options)
    out, weights = images_of(patches, image_shape, out, coverage)
    settings.call(context, positions, image_index, patches, probe, out).adjoint(
        patches, probe, out, weights, accumulate)
    return out if weights is None else (out, weights)


def assemble(patches: Any, positions: Any, image_shape: tuple[int, ...] | None = None, *,
             eps: float = 1e-9, image_index: Any = None, out: Any = None, coverage: Any = True,
             context: Context | None = None, **options: Unpack[Options]) -> tuple[Any, Any]:
    """Puts patches back together: image = sum / max(coverage, eps).

    Parameters are those of `adjoint`; coverage may be an array to write it to. Pixels that no patch
    reaches become 0.

    Returns
    -------
    image, coverage : arrays
        As of `adjoint`.
    """
    settings = settings_of_patches("patches", patches, options)
    out, weights = images_of(patches, image_shape, out, True if coverage is False else coverage)
    settings.call(context, positions, image_index, patches, out).assemble(
        patches, out, weights, eps)
    return out, weights


def images_of(patches, image_shape, out, coverage):
    """Where adjoints write: the image, and the coverage or None."""
    if out is None:
        if image_shape is None:
            raise ValueError("image_shape: expected (H, W) or (M, H, W), or an array as out")
        out = empty(patches, tuple(image_shape))
    return out, optional_output(coverage, out, shape_of("out", out), real_type(dtype_of(out)))


def position_gradient(image: Any, cotangent: Any, positions: Any, *, probe: Any = None,
                      image_index: Any = None, out: Any = None, curvature: Any = False,
                      normal: Any = False, context: Context | None = None,
                      **options: Unpack[Options]) -> Any:
    """What positions do to a sum over patches, or over waves.

    For cotangents G shaped as the patches, gradient[k] = Re <G_k, dP_k/dp_k> with
    <a, b> = sum conj(a) b, and curvature[k] = |dP_k/dp_k|^2, each axis on its own. With a probe
    they are of waves, and summed over the modes. normal[k] = (|d_0|^2, Re <d_0, d_1>, |d_1|^2) are
    the entries of a symmetric matrix, d_a the derivative by column a: with the residual of the waves
    as cotangent, -normal^-1 gradient is the Gauss-Newton step of a position.

    The derivative is that of the interpolant, from the right at its kinks, by the position in the
    caller's sign; 0 for "nearest". With subpixel="probe" it is that of the probe's shift.

    Parameters
    ----------
    image, positions, probe, image_index, context, **options
        As `extract` has them.
    cotangent : array
        Shaped as the patches, or with a probe as the waves.
    out : (K, 2), optional
        Where to write the gradient, of the image's real type; (M, K, 2) for M images.
    curvature : bool or array, optional
        True, or where to write it; without a probe.
    normal : bool or array, optional
        True, or where to write it, (K, 3) or (M, K, 3); in place of the curvature.

    Returns
    -------
    gradient : array
        Or (gradient, curvature), or (gradient, normal); columns in the order of axes.
    """
    settings = settings_of_patches("cotangent", cotangent, options)
    shape = (*_batch(shape_of("image", image), image_index), count_of(positions))
    dtype = real_type(dtype_of(image))
    out = output(out, image, (*shape, 2), dtype)
    squares = optional_output(curvature, image, (*shape, 2), dtype)
    matrix = optional_output(normal, image, (*shape, 3), dtype)
    if squares is not None and not (probe is None and matrix is None):
        raise ValueError("curvature: expected False beside a probe or normal, whose diagonal it is")
    call = settings.call(context, positions, image_index, image, cotangent, probe, out)
    if probe is None and matrix is None:
        call.position_gradient(image, cotangent, out, squares)
        return out if squares is None else (out, squares)
    call.position_normal(image, probe, cotangent, out, matrix)
    return out if matrix is None else (out, matrix)


def probe_adjoint(image: Any, waves: Any, positions: Any,
                  probe_shape: tuple[int, ...] | None = None, *, image_index: Any = None,
                  out: Any = None, accumulate: bool = False, context: Context | None = None,
                  **options: Unpack[Options]) -> Any:
    """The adjoint of `extract` by the probe: the sum of conj(patch) times wave.

    Parameters
    ----------
    image, positions, image_index, context, **options
        As `extract` has them.
    waves : array
        Shaped as what `extract` gives with a probe.
    probe_shape : (modes, h, w) or (K, modes, h, w)
        Needed where out is not given. What the probe has no axis for is summed: the positions where
        it is shared, and the images where every position is extracted from every one.
    out : array, optional
        Where to write the probe, of the image's type.
    accumulate : bool
        Add to what out holds.

    Returns
    -------
    probe : array
        out where it was given.
    """
    if out is None:
        if accumulate:
            raise ValueError("accumulate: expected an array to add to, as out")
        if probe_shape is None:
            raise ValueError("probe_shape: expected (modes, h, w) or (K, modes, h, w), or an array "
                             "as out")
        out = empty(image, tuple(probe_shape))
    settings = settings_of_patches("waves", waves, options)
    settings.call(context, positions, image_index, image, waves, out).probe_adjoint(
        image, waves, out, accumulate)
    return out


def used_positions(positions: Any, *, context: Context | None = None,
                   **options: Unpack[Options]) -> Any:
    """The positions that a call uses: mirrored and jittered as its options say.

    Returns
    -------
    positions : array
        (K, 2) float64 in pixels, in the axes and sign of positions.
    """
    out = numpy.empty((count_of(positions), 2))
    settings_of_size(1, 1, **options).call(context, positions, None, out).used_positions(out)
    return out


class PatchPlanInfo(NamedTuple):
    """The plan that calls with some positions and options have.

    algorithm : {"batched", "iterative"}
        The one that runs.
    position_count, position_capacity : int
        The positions, and how many the plan can hold.
    bytes : int
        Scratch that it holds.
    """

    algorithm: str
    position_count: int
    position_capacity: int
    bytes: int


def patch_plan_info(positions: Any, patch_size: int | tuple[int, int], *,
                    context: Context | None = None, **options: Unpack[Options]) -> PatchPlanInfo:
    """The plan that the next call with these positions and options has."""
    settings = settings_of(patch_size, options)
    found = settings.call(context, positions, None, positions).plan_info()
    return PatchPlanInfo(name_of("algorithm", found[0]), *found[1:])


def patch_plan_bytes(count: int, patch_size: int | tuple[int, int], *,
                     context: Context | None = None, **options: Unpack[Options]) -> int:
    """Bytes of scratch that calls with count positions hold, within the context's budget.

    MemoryError, with the least budget that would do, where that is too small.
    """
    return _core.patch_plan_bytes(context_of(context), settings_of(patch_size, options).options,
                                  integer("count", count))
