# SPDX-License-Identifier: Apache-2.0
"""skimage.registration.phase_cross_correlation for real images of two axes."""
from __future__ import annotations

import itertools
import math
import warnings
from typing import Any, Literal

import numpy

from ..registration import align
from ._images import accepted


def phase_cross_correlation(reference_image: Any, moving_image: Any, *, upsample_factor: int = 1,
                            space: str = "real", disambiguate: bool = False,
                            reference_mask: Any = None, moving_mask: Any = None,
                            overlap_ratio: float = 0.3, normalization: str | None = "phase",
                            error_of_phases: bool = False) -> tuple[numpy.ndarray, float, float]:
    """The shift that registers moving_image onto reference_image, as scikit-image finds it.

    Parameters
    ----------
    reference_image, moving_image : (H, W)
        Real; or with space="fourier" transforms of real images.
    upsample_factor : int
        The shift is found up to 1 / upsample_factor pixels. Not used with masks.
    space : {"real", "fourier"}
    disambiguate : bool
        Shifts are known only modulo the images' sizes; this takes the one with the highest
        correlation of what overlaps.
    reference_mask, moving_mask : (H, W) of bool, optional
        True where pixels are valid; with them, masked normalised cross-correlation in whole pixels.
        Without moving_mask, reference_mask is both.
    overlap_ratio : float
        The least overlap of masked images over the largest.
    normalization : {"phase", None}
    error_of_phases : bool
        With normalization="phase", scikit-image divides the peak of the normalised correlation by
        the energies of images that were not normalised, which is near 1 for any images. True gives
        that number; otherwise the error is that of the images.

    Returns
    -------
    shift : (2,)
        (dy, dx) in pixels.
    error : float
        Translation-invariant normalised RMS error; NaN with masks.
    phasediff : float
        0, or pi where the images correlate negatively; NaN with masks.

    Raises
    ------
    NotImplementedError
        For complex images, for more or fewer axes than two, and for masked images of unequal sizes.
    """
    space = space.lower()
    if space not in ("real", "fourier"):
        raise ValueError(f"space: expected 'real' or 'fourier', got {space!r}")
    if normalization not in ("phase", None):
        raise ValueError(f"normalization: expected 'phase' or None, got {normalization!r}")
    reference, moving = numpy.asarray(reference_image), numpy.asarray(moving_image)
    if reference_mask is not None or moving_mask is not None:
        shift = _masked(reference, moving, reference_mask, moving_mask, overlap_ratio)
        return shift, math.nan, math.nan
    if reference.shape != moving.shape:
        raise ValueError(f"moving_image: expected the shape of reference_image, {reference.shape}, "
                         f"got {moving.shape}")
    reference, moving = _real_images(reference, moving, space == "fourier")
    method: Literal["phase", "cross"] = "phase" if normalization == "phase" else "cross"
    if min(reference.shape) == 0:
        raise ValueError("reference_image: expected at least one pixel, got none")
    found = align(accepted(reference), accepted(moving), method=method, extent="circular",
                  hot_pixels="off", fixed_pattern="off", upsample=int(upsample_factor))
    if not (found.ok or numpy.isfinite(reference).all() and numpy.isfinite(moving).all()):
        raise ValueError("NaN values found: expected finite pixels, or masks that leave the others "
                         "out, as reference_mask=~numpy.isnan(reference_image)")
    dtype = reference.dtype if reference.dtype.kind == "f" else numpy.dtype("float64")
    shift = numpy.array(found.shift if found.ok else (0.0, 0.0),
                        "float32" if dtype.itemsize < 8 else "float64")
    if disambiguate:
        shift = _disambiguated(reference, moving, shift)
    own = found.peak if error_of_phases and method == "phase" and found.ok else None
    return shift, *_error(reference, moving, shift, own)


def _real_images(reference, moving, transformed):
    for name, image in (("reference_image", reference), ("moving_image", moving)):
        if image.ndim != 2:
            raise NotImplementedError(f"{name}: expected an image of two axes, got {image.ndim}")
        if numpy.iscomplexobj(image) and not transformed:
            raise NotImplementedError(f"{name}: expected a real image, got {image.dtype}")
    if not transformed:
        return reference, moving
    images = [numpy.fft.ifft2(image) for image in (reference, moving)]
    for name, image in zip(("reference_image", "moving_image"), images):
        # A shift by parts of a pixel leaves something imaginary at the highest frequency.
        if numpy.linalg.norm(image.imag) > 0.02 * numpy.linalg.norm(image.real):
            raise NotImplementedError(f"{name}: expected the transform of a real image, got that "
                                      "of a complex one")
    return [numpy.ascontiguousarray(image.real) for image in images]


def _masked(reference, moving, reference_mask, moving_mask, overlap_ratio):
    if moving_mask is None:
        moving_mask = reference_mask
    masks = [numpy.asarray(mask) for mask in (reference_mask, moving_mask)]
    for name, image, mask in zip(("reference_mask", "moving_mask"), (reference, moving), masks):
        if mask.shape != image.shape:
            raise ValueError(f"{name}: expected the shape of its image, {image.shape}, got "
                             f"{mask.shape}")
    if reference.shape != moving.shape:
        raise NotImplementedError("moving_image: expected masked images of one size, got "
                                  f"{reference.shape} and {moving.shape}")
    _real_images(reference, moving, False)
    # What is left out may be anything, NaN included.
    images = [numpy.where(mask, accepted(image), 0)
              for image, mask in zip((reference, moving), masks)]
    found = align(*images, mask=masks[0].astype(bool), moving_mask=masks[1].astype(bool),
                  method="cross", hot_pixels="off", fixed_pattern="off",
                  overlap_ratio=float(overlap_ratio))
    return numpy.array(found.shift if found.ok else (0.0, 0.0))


def _overlap(reference, moving, shift):
    """What lies on each other once the moving image is moved."""
    at = [(slice(max(s, 0), n + min(s, 0)), slice(max(-s, 0), n - max(s, 0)))
          for s, n in zip(shift, reference.shape)]
    return reference[at[0][0], at[1][0]], moving[at[0][1], at[1][1]]


def _disambiguated(reference, moving, shift):
    """Of the shifts that are the same modulo the size, the one whose overlap correlates best."""
    choices = [[s, s - math.copysign(n, s)] if s else [s] for s, n in zip(shift, reference.shape)]
    best, chosen = -math.inf, None
    for choice in itertools.product(*choices):
        still, other = _overlap(reference, moving, [round(float(s)) for s in choice])
        if still.size < 2:
            continue
        still, other = (part - part.mean(dtype=float) for part in (still, other))
        energy = math.sqrt(float((still**2).sum()) * float((other**2).sum()))
        if energy > 0 and float((still * other).sum()) / energy > best:
            best, chosen = float((still * other).sum()) / energy, choice
    if chosen is None:
        warnings.warn("Could not determine real-space shift: nowhere has the overlap of both "
                      "images any structure; 0 is returned", stacklevel=3)
        return numpy.zeros_like(shift)
    return numpy.array(chosen, shift.dtype)


def _error(reference, moving, shift, peak):
    """Normalised RMS error and phase difference at the shift, the images being periodic."""
    still, other = (image.astype(float, copy=False) for image in (reference, moving))
    energies = float((still**2).sum()), float((other**2).sum())
    if 0.0 in energies:
        warnings.warn("Could not determine RMS error between images: one of them is 0 throughout",
                      stacklevel=3)
        return math.nan, 0.0
    if all(float(s).is_integer() for s in shift):
        product = float((still * numpy.roll(other, [int(s) for s in shift], (0, 1))).sum())
    else:
        height, width = still.shape
        turn = numpy.exp(-2j * numpy.pi * (numpy.fft.fftfreq(height)[:, None] * shift[0]
                                           + numpy.fft.rfftfreq(width) * shift[1]))
        other = numpy.fft.irfft2(numpy.fft.rfft2(other) * turn, still.shape)
        product = float((still * other).sum())
    share = (product if peak is None else peak) ** 2 / (energies[0] * energies[1])
    return math.sqrt(abs(1.0 - share)), 0.0 if product >= 0 else math.pi
