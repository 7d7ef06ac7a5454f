# SPDX-License-Identifier: Apache-2.0
"""suite2p's rigid and non-rigid registration of frames, by the maximum-likelihood estimate.

suite2p gives the place of a frame's content: frame[y, x] ~ refImg[y - ymax, x - xmax] (np.roll of the
frame by (-ymax, -xmax) registers it). ymax and xmax are whole pixels; blocks tell what is left, beyond
these, ymax1 and xmax1.
"""
from __future__ import annotations

import math
from typing import Any

import numpy

from ._blocks import between, block_displacements, displacements, real_images, resampled


def make_blocks(Ly: int, Lx: int, block_size: tuple[int, int] = (128, 128)
                ) -> tuple[list[Any], list[Any], list[int], tuple[int, int]]:
    """suite2p's blocks: ceil(1.5 L / size) of them along an axis, evenly spread.

    Returns
    -------
    yblock, xblock : lists of (2,)
        Begin and end of each block, row by row.
    nblocks : [ny, nx]
    block_size : (int, int)
        That of an axis is its length where blocks would be as long.
    """
    sizes = tuple(min(int(size), length) for size, length in zip(block_size, (Ly, Lx)))
    counts = [1 if size == length else math.ceil(1.5 * length / size)
              for size, length in zip(sizes, (Ly, Lx))]
    begins = [numpy.linspace(0, length - size, count).astype(int)
              for size, length, count in zip(sizes, (Ly, Lx), counts)]
    yblock = [numpy.array([y, y + sizes[0]]) for y in begins[0] for _ in begins[1]]
    xblock = [numpy.array([x, x + sizes[1]]) for _ in begins[0] for x in begins[1]]
    return yblock, xblock, counts, (sizes[0], sizes[1])


def compute_shifts(refImg: Any, frames: Any, *, maxregshift: float = 0.1, nonrigid: bool = True,
                   block_size: tuple[int, int] = (128, 128), maxregshiftNR: float = 5
                   ) -> tuple[Any, Any, Any, Any, Any, Any]:
    """Where frames lie on a reference.

    Parameters
    ----------
    refImg : (Ly, Lx)
        Real.
    frames : (T, Ly, Lx)
    maxregshift : float
        The largest shift of a frame, as a part of the shorter side.
    nonrigid : bool
        Blocks, too.
    block_size : (int, int)
        As `make_blocks` has it.
    maxregshiftNR : float
        The furthest that a block may be from its frame's shift, in pixels.

    Returns
    -------
    ymax, xmax : (T,) int
    cmax : (T,)
        The images' coherence, 0 to 1, in place of the correlation's peak; 0, with a shift of 0, for a
        frame that shows nothing of the reference.
    ymax1, xmax1, cmax1 : (T, blocks)
        What blocks add, and their coherence: 0 for one that tells nothing of its own. None where
        nonrigid is False.
    """
    reference = real_images("refImg", refImg)
    frames = real_images("frames", frames, 3)
    if frames.shape[1:] != reference.shape:
        raise ValueError(f"frames: expected frames of the reference's shape, {reference.shape}, got "
                         f"{frames.shape[1:]}")
    shortest = min(reference.shape)
    limit = int(min(round(maxregshift * shortest), shortest // 2))
    found, cmax = displacements(reference, frames, max(limit, 1))
    integer = numpy.rint(found).astype(int)
    if not nonrigid:
        return integer[:, 0], integer[:, 1], cmax, None, None, None
    yblock, xblock, _, _ = make_blocks(reference.shape[0], reference.shape[1], block_size)
    windows = [(*y, *x) for y, x in zip(yblock, xblock)]
    left = numpy.zeros((len(frames), len(windows), 2))
    cmax1 = numpy.zeros((len(frames), len(windows)))
    for t, frame in enumerate(frames):
        if cmax[t] > 0:
            moved, cmax1[t] = block_displacements(reference, frame, windows, found[t],
                                                  maxregshiftNR)
            left[t] = moved - integer[t]
    return integer[:, 0], integer[:, 1], cmax, left[..., 0], left[..., 1], cmax1


def shift_frames(frames: Any, ymax: Any, xmax: Any, ymax1: Any = None, xmax1: Any = None,
                 block_size: tuple[int, int] = (128, 128)) -> numpy.ndarray:
    """Frames as `compute_shifts` says that they lie on the reference.

    Rolled by whole pixels, as suite2p does it; with shifts of blocks then resampled bilinearly, the
    blocks' shifts being interpolated between their centres. Integers are rounded.

    Returns
    -------
    frames : (T, Ly, Lx)
        Of the frames' type.
    """
    frames = numpy.asarray(frames)
    real_images("frames", frames, 3)
    out = numpy.empty_like(frames)
    shape = frames.shape[1:]
    yblock, xblock, (ny, nx), _ = make_blocks(shape[0], shape[1], block_size)
    rows = [int(numpy.mean(block)) for block in yblock[::nx]]
    columns = [int(numpy.mean(block)) for block in xblock[:nx]]
    for t, frame in enumerate(frames):
        rolled = numpy.roll(frame, (-int(ymax[t]), -int(xmax[t])), (0, 1))
        if ymax1 is not None:
            field = numpy.stack([between(numpy.reshape(part[t], (ny, nx)), rows, columns, shape)
                                 for part in (ymax1, xmax1)])
            moved = resampled(real_images("frames", rolled), field, "bilinear", "edge")
            rolled = moved if frame.dtype.kind == "f" else numpy.rint(moved)
        out[t] = rolled
    return out
