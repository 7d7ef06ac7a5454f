# SPDX-License-Identifier: Apache-2.0
"""What is done with a shift: the moving image is moved by it, or both are cropped to the area that they
share; and what the tools of the RawNIND data set measure on a pair that is aligned so.

    found = ptychopatch.align(reference, moving, cfa="RGGB")
    moved = ptychopatch.image_shift(moving, found.shift, period=2)

    area = ptychopatch.common_area(reference.shape, moving.shape, found.lattice_shift)
    gain = ptychopatch.pair_gain(still[area.reference], other[area.moving])

Shifts are (dy, dx) in pixels, as `align` gives them with sign="register". Images are on the host.
Errors are those of ptychopatch.patches.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from . import _core
from ._arrays import empty, output, shape_of
from ._choices import documented, integer, number_of, real
from ._colour import float_type, image_luminance
from ._context import Context, context_of
from ._enumerations import Boundary, Interpolation, ShiftSign
from .registration import Motion, letters_of, levels_of


class CommonArea(NamedTuple):
    """Where reference and moving image overlap: first pixels in each, and the size, (0, 0) for none."""

    reference_y: int
    reference_x: int
    moving_y: int
    moving_x: int
    height: int
    width: int

    @property
    def reference(self) -> tuple[Any, slice, slice]:
        """Crops the reference: reference[area.reference], whatever axes it has before these two."""
        return self._crop(self.reference_y, self.reference_x)

    @property
    def moving(self) -> tuple[Any, slice, slice]:
        """Crops the moving image."""
        return self._crop(self.moving_y, self.moving_x)

    def _crop(self, y, x):
        return ..., slice(y, y + self.height), slice(x, x + self.width)


def _pair(name, values, convert):
    try:
        dy, dx = values
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected (dy, dx), got {values!r}") from None
    return convert(name, dy), convert(name, dx)


def _signed(name, value):
    return integer(name, value, -2**63)


def cfa_round(shift: tuple[float, float], cfa: str | None = None) -> tuple[int, int]:
    """The shift nearest to (dy, dx) that moves every colour of a mosaic onto the same colour.

    Both are even for Bayer; (3a, 3b) with a + b even for X-Trans; whole pixels where cfa is None.
    Greens count as one colour. Of equally near ones, the smaller in dy, then in dx.
    """
    dy, dx = _core.cfa_round(letters_of(cfa), _pair("shift", shift, real))
    return dy, dx


def cfa_block(cfa: str | None = None) -> int:
    """The side b of the blocks of b x b pixels that hold every colour of a mosaic.

    1 without a mosaic, 2 for Bayer, 3 for X-Trans. A mosaic with a block that lacks one is refused.
    """
    return _core.cfa_block(letters_of(cfa))


def common_area(reference_shape: tuple[int, ...], moving_shape: tuple[int, ...],
                shift: tuple[int, int]) -> CommonArea:
    """Where images overlap once the moving one is moved by an integer shift.

    Of shapes the last two extents count. Both crops keep their colours where the shift does, as
    `Shift.lattice_shift` and `cfa_round` give it.
    """
    reference = _pair("reference_shape", tuple(reference_shape)[-2:], integer)
    moving = _pair("moving_shape", tuple(moving_shape)[-2:], integer)
    return CommonArea(*_core.common_area(reference, moving, _pair("shift", shift, _signed)))


def _resampling(interpolation, boundary, period, gain, constant, sign):
    return _core.ResampleOptions(
        number_of("interpolation", interpolation), number_of("boundary", boundary),
        integer("period", period, 1, 2**31 - 1), real("gain", gain), real("constant", constant),
        number_of("sign", sign, "shift_sign"))


def _moved(image, shape, out):
    extents = shape_of("image", image)
    return output(out, image, extents if shape is None else (*extents[:-2], *shape))


@documented
def image_shift(image: Any, shift: tuple[float, float], *,
                interpolation: Interpolation = "bilinear", boundary: Boundary = "zero",
                constant: float = 0.0, period: int = 1, gain: float = 1.0,
                sign: ShiftSign = "register", shape: tuple[int, int] | None = None,
                out: Any = None, context: Context | None = None) -> Any:
    """Moves an image: out[y, x] = gain * image(y - dy, x - dx).

    Parameters
    ----------
    image : (H, W) or (C, H, W), uint8, uint16, int16, float32 or float64
    shift : (dy, dx)
        In pixels, of any fraction.
    interpolation, boundary
        As for patches.
    constant : float
        The value outside for boundary="constant", before the gain.
    period : int
        Pixels between taps, so that a mosaic keeps its colours: 2 for Bayer, 6 for X-Trans.
    gain : float
    sign : {shift_sign}
        Of the shift.
    shape : (h, w), optional
        Of the result; by default the image's.
    out : array, optional
        Where to write it, of the image's type.

    Returns
    -------
    resampled : array
        (h, w) or (C, h, w); integers are rounded to the nearest and clamped.
    """
    out = _moved(image, shape, out)
    options = _resampling(interpolation, boundary, period, gain, constant, sign)
    _core.image_shift(context_of(context), image, _pair("shift", shift, real), options, out)
    return out


def affine_motion(shift: tuple[float, float], matrix: Any, centre: tuple[float, float]) -> Motion:
    """A motion for `image_warp` that nobody measured.

    The shift at x is shift + (matrix - 1) (x - centre), with vectors (y, x) and the matrix
    ((yy, yx), (xy, xx)).
    """
    try:
        terms = [real("matrix", term) for row in matrix for term in row]
    except TypeError:
        terms = []
    if len(terms) != 4:
        raise ValueError(f"matrix: expected ((yy, yx), (xy, xx)), got {matrix!r}")
    return _core.affine_motion(_pair("centre", centre, real), _pair("shift", shift, real), terms)


@documented
def image_warp(image: Any, motion: Motion, *, interpolation: Interpolation = "bilinear",
               boundary: Boundary = "zero", constant: float = 0.0, period: int = 1,
               gain: float = 1.0, sign: ShiftSign = "register",
               shape: tuple[int, int] | None = None, out: Any = None,
               context: Context | None = None) -> Any:
    """Lays a moving image onto the reference, as a motion says that content has moved.

    out[x] = gain * image(x - d(x)) with d(x) = shift + (matrix - 1) (x - centre), and what the tiles
    of a field have beyond it (the C header pairs.h says how).

    Parameters
    ----------
    image
        As `image_shift` takes it.
    motion : Motion
        As `Scene.measure_motion` answers, or of `affine_motion`; it must be ok.
    sign : {shift_sign}
        Of the motion: that of the Scene that measured it.
    interpolation, boundary, constant, period, gain, shape, out
        As of `image_shift`.
    """
    if not isinstance(motion, Motion):
        raise TypeError(f"motion: expected a Motion, got {type(motion).__name__}")
    out = _moved(image, shape, out)
    options = _resampling(interpolation, boundary, period, gain, constant, sign)
    _core.image_warp(context_of(context), image, motion, options, out)
    return out


def mosaic_normalise(image: Any, cfa: str | None = None, *, black: Any, white: float,
                     out: Any = None, context: Context | None = None) -> Any:
    """(image - black) / (white - black) of a mosaic (H, W), black by the pixel's colour.

    Parameters
    ----------
    image : (H, W), uint8, uint16, int16, float32 or float64
    cfa : str, optional
        Colours of the mosaic, as `align` has them.
    black : float or 4 floats
        Each below white.
    white : float
    out : (H, W) float32 or float64, optional
        By default of the image's type where that is one of them, else float32.
    """
    out = output(out, image, shape_of("image", image), float_type(image))
    _core.mosaic_normalise(context_of(context), letters_of(cfa), image, levels_of(black),
                           real("white", white), out)
    return out


def mosaic_bin(image: Any, cfa: str, *, black: Any, white: float, out: Any = None,
               context: Context | None = None) -> Any:
    """`mosaic_normalise`, averaged by colour over blocks of b x b pixels.

    b is that of `cfa_block`. Parameters are those of `mosaic_normalise`.

    Returns
    -------
    rgb : array
        (3, H // b, W // b): red, green, blue.
    """
    letters = letters_of(cfa)
    if out is None:
        block = cfa_block(letters)
        rows = [extent // block for extent in shape_of("image", image)]
        out = empty(image, (3, *rows), float_type(image))
    _core.mosaic_bin(context_of(context), letters, image, levels_of(black), real("white", white),
                     out)
    return out


def pair_gain(anchor: Any, target: Any, *, context: Context | None = None) -> float:
    """mean(anchor) / mean(target), NaN where the latter is 0 or there are no pixels.

    Both are (H, W) or (C, H, W), of one shape, float32 or float64.
    """
    return _core.pair_gain(context_of(context), anchor, target)


def pair_loss(anchor: Any, target: Any, *, gain: float = 0.0,
              context: Context | None = None) -> float:
    """mean |anchor - gain target|; gain 0 is that of `pair_gain`. Arrays as there."""
    return _core.pair_loss(context_of(context), anchor, target, real("gain", gain))


def _mask_options(gain, clip_bound, threshold, quantile):
    return _core.MaskOptions(real("gain", gain), real("clip_bound", clip_bound),
                             real("threshold", threshold), real("quantile", quantile))


def pair_mask(anchor: Any, target: Any, *, gain: float = 0.0, clip_bound: float = 0.0,
              threshold: float = 0.0, quantile: float = 0.0, out: Any = None,
              context: Context | None = None) -> tuple[Any, float]:
    """Which pixels of an aligned pair agree.

    With G(v) = v^(1/2.2) for v > 0, else v, a pixel is kept where the sum over channels of
    |G(anchor) - G(gain target)| is at most the lesser of threshold and its own quantile; the kept
    set is opened with a 3 x 3 cross, and clipped pixels are taken out.

    Parameters
    ----------
    anchor, target
        As `pair_gain` has them.
    gain : float
        Of the target; 0: that of `pair_gain`.
    clip_bound : float
        Pixels of the anchor at or above it in any channel are clipped; 0: none are.
    threshold, quantile : float
        0: 0.4, and 0.9999.
    out : (H, W) uint8, optional

    Returns
    -------
    mask : array
        (H, W) uint8, 1 for a pixel that is kept.
    mean : float
        How much of it is kept.
    """
    out = output(out, anchor, shape_of("anchor", anchor)[-2:], "uint8")
    options = _mask_options(gain, clip_bound, threshold, quantile)
    return out, _core.pair_mask(context_of(context), anchor, target, options, out)


class PairMeasures(NamedTuple):
    """What an aligned pair measures; NaN is what cannot be measured."""

    raw_gain: float
    rgb_gain: float
    loss: float
    mask_mean: float
    mask: Any


def pair_measure(anchor: Any, target: Any, cfa: str | None = None, *, black: Any, white: float,
                 target_black: Any = None, target_white: float | None = None, gain: float = 0.0,
                 clip_bound: float = 0.0, threshold: float = 0.0, quantile: float = 0.0,
                 out: Any = None, context: Context | None = None) -> PairMeasures:
    """Gains, loss and mask of an aligned pair of raw images, with no image in between.

    What `mosaic_normalise` and `mosaic_bin` to float32, `pair_gain`, `pair_loss` and `pair_mask` give
    one after the other. Without a mosaic rgb_gain is NaN, and loss and mask are those of the
    normalised images.

    Parameters
    ----------
    anchor, target : (H, W), as `mosaic_normalise` has them
        Of one size and one pattern.
    cfa : str, optional
        Colours of both mosaics.
    black, white
        Levels of the anchor.
    target_black, target_white : optional
        Of the target; by default those of the anchor.
    gain, clip_bound, threshold, quantile
        As of `pair_mask`; gain 0: rgb_gain, without a mosaic raw_gain.
    out : (H // b, W // b) uint8, optional
        The mask; b is that of `cfa_block`.
    """
    block = cfa_block(cfa)
    rows = [extent // block for extent in shape_of("anchor", anchor)]
    out = output(out, anchor, rows, "uint8")
    levels = [*levels_of(black), real("white", white)]
    other = [*(levels[:4] if target_black is None else levels_of(target_black)),
             levels[4] if target_white is None else real("target_white", target_white)]
    options = _mask_options(gain, clip_bound, threshold, quantile)
    raw_gain, rgb_gain, loss, mask_mean = _core.pair_measure(
        context_of(context), letters_of(cfa), anchor, levels, target, other, options, out)
    return PairMeasures(raw_gain, rgb_gain, loss, mask_mean, out)
