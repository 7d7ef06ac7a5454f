# SPDX-License-Identifier: Apache-2.0
"""RawNIND's alignment of RAW pairs, with the names and shapes of its tools."""
from __future__ import annotations

from typing import Any

import numpy

from ..registration import align

_LETTERS = "RGBG"


def fft_phase_correlate_cfa(anchor: Any, target: Any, anchor_metadata: dict, method: str = "median",
                            verbose: bool = False, *, from_channels: bool = False
                            ) -> tuple[tuple[int, int], list[tuple[int, int]]]:
    """The shift that registers a mosaic onto another and keeps colours, in whole pixels.

    Parameters
    ----------
    anchor, target : (1, H, W)
        Mosaics, float32, float64 or uint16.
    anchor_metadata : dict
        RGBG_pattern: (2, 2) or (6, 6), 0 red, 1 green, 2 blue, 3 second green; overexposure_lb, the
        level at which pixels of floating-point mosaics are clipped, where it is there.
    method : {"median", "mean"}
        For from_channels.
    verbose : bool
        Print the channels' shifts.
    from_channels : bool
        True combines the channels' shifts by method and floors the result to blocks of 2 pixels
        (X-Trans: 3), as the original does: it is drawn to the lattice of the colours, a floored
        shift is off by up to a block, and shifts of an X-Trans like (3, 0) swap red and blue.
        Otherwise the shift is the maximum-likelihood estimate on the whole mosaic, rounded to the
        nearest shift that keeps colours.

    Returns
    -------
    shift : (dy, dx)
        anchor[y, x] ~ target[y - dy, x - dx].
    channel_shifts : list of (dy, dx)
        By the correlation of each colour's own grid, in pixels of the mosaic.

    Raises
    ------
    ValueError
        Also where the target has no shift: it is flat, clipped, not finite, or of another scene.
    """
    if method not in ("median", "mean"):
        raise ValueError(f"method: expected 'median' or 'mean', got {method!r}")
    pattern = numpy.asarray(anchor_metadata["RGBG_pattern"])
    if pattern.shape not in ((2, 2), (6, 6)):
        raise ValueError("anchor_metadata['RGBG_pattern']: expected (2, 2) or (6, 6), got the "
                         f"shape {pattern.shape}")
    anchor, target = (_plane(name, image) for name, image in
                      (("anchor", anchor), ("target", target)))
    channels = _channel_shifts(anchor, target, pattern)
    if verbose:
        for shift in channels:
            print(f"  ({shift[0]:3d}, {shift[1]:3d})")
    if from_channels:
        block = 2 if pattern.shape == (2, 2) else 3
        combine = numpy.median if method == "median" else numpy.mean
        dy, dx = (int(combine(one)) // block * block for one in zip(*channels))
        return (dy, dx), channels
    clipped = anchor_metadata.get("overexposure_lb", 0.0) if anchor.dtype.kind == "f" else 0.0
    found = align(anchor, target, cfa="".join(_LETTERS[colour] for colour in pattern.ravel()),
                  white=float(clipped))
    if not found.ok:
        raise ValueError(f"target: expected an image of the anchor's scene, got one that has no "
                         f"shift: {found.status}")
    return found.lattice_shift, channels


def _plane(name, image):
    image = numpy.asarray(image)
    if image.ndim != 3 or len(image) != 1:
        raise ValueError(f"{name}: expected a mosaic (1, H, W), got the shape {image.shape}")
    image = image[0]
    return image if image.dtype in ("uint16", "float32", "float64") else image.astype("float32")


def _channel_shifts(anchor, target, pattern):
    """In the original's order, that of places, for an X-Trans colour by colour; (0, 0) for a grid
    without structure."""
    period = len(pattern)
    height, width = (n // period * period for n in anchor.shape)
    places = list(numpy.ndindex(pattern.shape))
    if period == 6:
        places.sort(key=lambda place: pattern[place])
    shifts = []
    for y, x in places:
        grids = [image[y:height:period, x:width:period] for image in (anchor, target)]
        found = align(*grids, method="cross", hot_pixels="off", fixed_pattern="off")
        shift = found.shift if found.ok else (0, 0)
        shifts.append(tuple(round(one) * period for one in shift))
    return shifts


def shift_images(anchor_img: Any, target_img: Any, shift: tuple[int, int], *,
                 drop_rows_twice: bool = False) -> tuple[Any, Any]:
    """Crops both images to the area that they share once the target is moved by an integer shift.

    Parameters
    ----------
    anchor_img : (C, H, W)
    target_img : (C, H, W), or (4, H / 2, W / 2), the planes of a Bayer mosaic
    shift : (dy, dx)
        Odd ones take a further row or column away, so that sizes stay even.
    drop_rows_twice : bool
        For negative odd shifts the original takes one row (column) too many from planes of a Bayer
        mosaic, which then no longer lie on the anchor. True does the same.

    Returns
    -------
    anchor, target : views
        Of both, arrays or tensors as they came.
    """
    if anchor_img.shape[0] == 4:
        raise NotImplementedError("anchor_img: expected an image of 1 or 3 channels, got 4")
    step = 2 if target_img.shape[0] == 4 else 1
    anchor_at: list[Any] = [...]
    target_at: list[Any] = [...]
    for axis in range(2):
        distance, height = abs(int(shift[axis])), anchor_img.shape[axis + 1]
        odd = distance % 2
        kept = max(height - distance - odd, 0)
        if shift[axis] >= 0:
            anchor_first, target_first = distance, 0
        else:
            # Of a half-size image the row that the anchor loses is the one that rounding takes.
            anchor_first, target_first = odd, (distance + odd) // step
            if drop_rows_twice and odd and step == 2:
                target_first += 1
        last = target_first + kept // step
        anchor_at.append(slice(anchor_first, anchor_first + kept))
        target_at.append(slice(target_first, last))
    return anchor_img[tuple(anchor_at)], target_img[tuple(target_at)]
