# SPDX-License-Identifier: Apache-2.0
"""NoRMCorre's rigid and piecewise-rigid registration, by the maximum-likelihood estimate.

NoRMCorre and CaImAn give shifts (rows, columns) that register a frame: moved by its shift, it lies on the
template, registered[y, x] = img[y - rows, x - columns].
"""
from __future__ import annotations

from typing import Any

import numpy

from ._blocks import between, block_displacements, displacements, real_images, resampled


def sliding_window(shape: tuple[int, int], overlaps: tuple[int, int], strides: tuple[int, int]
                   ) -> tuple[list[int], list[int], tuple[int, int]]:
    """CaImAn's windows of overlaps + strides pixels, every strides pixels, the last at the far end.

    Returns
    -------
    rows, columns : lists of int
        Where windows begin.
    size : (int, int)
        No larger than the image.
    """
    size = tuple(min(overlap + stride, length)
                 for overlap, stride, length in zip(overlaps, strides, shape))
    rows, columns = ([*range(0, length - extent, stride), length - extent]
                     for length, extent, stride in zip(shape, size, strides))
    return rows, columns, (size[0], size[1])


def tile_and_correct(img: Any, template: Any, strides: tuple[int, int], overlaps: tuple[int, int],
                     max_shifts: tuple[int, int], *, max_deviation_rigid: float = 3,
                     add_to_movie: float = 0.0, interpolation: Any = "bicubic"
                     ) -> tuple[numpy.ndarray, Any, Any, Any]:
    """Registers a frame onto a template, piece by piece.

    Parameters
    ----------
    img, template : (H, W)
        Real, of one shape.
    strides, overlaps : (int, int)
        As `sliding_window` has them.
    max_shifts : (int, int)
        The largest shift of the frame.
    max_deviation_rigid : float
        The furthest that a window may be from the frame's shift, in pixels; 0: the frame's alone.
    add_to_movie : float
        Nothing is added here; it is there for programs that name it.
    interpolation : str
        As `ptychopatch.extract` has it. Beyond the border is the border's value.

    Returns
    -------
    registered : (H, W)
        float64 of such frames, or float32.
    shifts
        With max_deviation_rigid 0 the frame's, (rows, columns); otherwise a list of those of windows,
        row by row. A window that tells nothing of its own has the frame's; a frame that shows
        nothing of the template has 0.
    start_step, xy_grid
        Where windows begin, and their numbers (row, column); None with max_deviation_rigid 0.
    """
    del add_to_movie
    template, img = real_images("template", template), real_images("img", img)
    if img.shape != template.shape:
        raise ValueError(f"img: expected the template's shape, {template.shape}, got {img.shape}")
    (rigid,), (coherence,) = displacements(template, [img], tuple(max(int(one), 1) for one in max_shifts))
    if max_deviation_rigid == 0:
        field = numpy.broadcast_to(rigid[:, None, None], (2, *img.shape))
        return resampled(img, field, interpolation, "edge"), tuple(-rigid), None, None
    rows, columns, size = sliding_window(img.shape, overlaps, strides)
    start_step = [(y, x) for y in rows for x in columns]
    xy_grid = [(n, m) for n in range(len(rows)) for m in range(len(columns))]
    moved = numpy.tile(rigid, (len(start_step), 1))
    if coherence > 0:
        windows = [(y, y + size[0], x, x + size[1]) for y, x in start_step]
        moved, _ = block_displacements(template, img, windows, rigid, max_deviation_rigid)
    middle_rows, middle_columns = ([begin + (extent - 1) / 2 for begin in begins]
                                   for begins, extent in zip((rows, columns), size))
    field = numpy.stack([between(part.reshape(len(rows), len(columns)), middle_rows,
                                 middle_columns, img.shape) for part in moved.T])
    return (resampled(img, field, interpolation, "edge"), [tuple(-one) for one in moved],
            start_step, xy_grid)
