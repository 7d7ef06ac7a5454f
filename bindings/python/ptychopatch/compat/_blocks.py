# SPDX-License-Identifier: Apache-2.0
"""Piecewise-rigid registration: shifts of a frame's blocks, and frames resampled by them.

Displacements are d, with frame[y, x] ~ reference[y - dy, x - dx].
"""
from __future__ import annotations

import numpy

from ..patches import extract
from ..registration import align
from ._images import accepted


def real_images(name, image, axes=2):
    image = numpy.asarray(image)
    if image.ndim != axes or numpy.iscomplexobj(image):
        shape = "(H, W)" if axes == 2 else "(T, H, W)"
        raise ValueError(f"{name}: expected real numbers {shape}, got {image.dtype} of the shape "
                         f"{image.shape}")
    return accepted(image)


def displacements(reference, frames, max_shift):
    """(T, 2) displacements and (T,) coherences of whole frames; 0 where one has no answer."""
    found = align(reference, list(frames), max_shift=max_shift, sign="displacement")
    values = numpy.array([one.shift if one.ok else (0, 0) for one in found], "float64")
    return values.reshape(-1, 2), numpy.array([one.coherence if one.ok else 0.0 for one in found])


def block_displacements(reference, frame, windows, rigid, max_deviation):
    """(B, 2) displacements of blocks, (top, bottom, left, right), and their coherences.

    Of what a block's frame lies at once the rigid displacement is rounded and taken off; the rigid
    one and 0 for a block that has no answer, or one further from it than max_deviation.
    """
    integer = numpy.rint(rigid).astype(int)
    moved = numpy.tile(numpy.asarray(rigid, "float64"), (len(windows), 1))
    coherences = numpy.zeros(len(windows))
    bound = int(numpy.ceil(max_deviation)) + 1
    for n, (top, bottom, left, right) in enumerate(windows):
        rows = slice(max(top, -integer[0]), min(bottom, reference.shape[0] - integer[0]))
        columns = slice(max(left, -integer[1]), min(right, reference.shape[1] - integer[1]))
        if rows.stop - rows.start < 8 or columns.stop - columns.start < 8:
            continue
        there = frame[rows.start + integer[0]:rows.stop + integer[0],
                      columns.start + integer[1]:columns.stop + integer[1]]
        found = align(reference[rows, columns], there, max_shift=bound, sign="displacement")
        if found.ok and numpy.abs(integer + found.shift - rigid).max() <= max_deviation:
            moved[n] = integer + found.shift
            coherences[n] = found.coherence
    return moved, coherences


def between(values, rows, columns, shape):
    """A grid of numbers at rows x columns, linearly at every pixel, held beyond the outermost."""
    along_x = numpy.stack([numpy.interp(numpy.arange(shape[1]), columns, row) for row in values])
    return numpy.stack([numpy.interp(numpy.arange(shape[0]), rows, column)
                        for column in along_x.T], axis=1)


def resampled(frame, displacement, interpolation, boundary):
    """frame at (y, x) + displacement[:, y, x], displacement being (2, H, W)."""
    real = frame if frame.dtype.kind == "f" else frame.astype("float32")
    places = numpy.moveaxis(displacement + numpy.indices(frame.shape), 0, -1).reshape(-1, 2)
    pixels = extract(real, places, 1, interpolation=interpolation, boundary=boundary)
    return pixels.reshape(frame.shape)
