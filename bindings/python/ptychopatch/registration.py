# SPDX-License-Identifier: Apache-2.0
"""Registration: the shift between a reference and moving images, camera RAW mosaics included.

The shift d = (dy, dx) registers the moving image M onto the reference R: moved by d, M lies on R,
R[y, x] ~ M[y - dy, x - dx], in pixels of the arrays as given. This is scikit-image's sign;
sign="displacement" gives -d, OpenCV's. Images are (H, W), uint8, uint16, int16, float32 or float64, with any
strides; smaller ones than the reference are aligned by their common top-left area. Of red, green and
blue, (H, W, 3), the luminance is registered that `image_luminance` makes, of values as they are, linear or
not; a pixel with a channel at or above `white` is clipped. `align` and `Scene` take these options by keyword:

cfa : str, optional
    Colours of a mosaic, letters R, G and B row by row, as "RGGB".
black : float or 4 floats
    The level that stands for no light, by colour (red, green, blue, second green).
white : float
    A pixel at or above it is clipped; 0: none is.
method : {method}
    "ml" is the maximum-likelihood estimate for two noisy images; the others are there to compare
    with other programs: phase or cross correlation up to 1 / upsample px, and by colour planes.
max_shift : int or (dy, dx)
    The largest shift to look for; 0: unlimited.
sign : {shift_sign}
extent : {extent}
    What lies beyond an image: nothing, or the image again.
hot_pixels, fixed_pattern : {switch}
    Repair of hot and dead pixels; removal of rows and columns that repeat from image to image.
plane_average : {plane_average}
    For "per-plane".
upsample : int
    Of "phase", "cross" and "per-plane".
overlap_ratio : float
    Of masked correlation: the least overlap over the largest; 0: 0.3.
false_alarm_limit, ambiguity_limit : float
    "ml" calls an answer "unrelated" where noise alone is more likely than the first to have a peak
    as high, "ambiguous" where a second shift is more likely than the second times the best one;
    0: 1e-4; 1: never.

motion : {motion_model}
    What `Scene.measure_motion` fits to tiles of an image; "ml" on a "linear" extent.
motion_search : {motion_search}
    With a motion "similarity", "affine" or "field": "rotation" finds any rotation with scales of
    1/2 to 2, on the CPU.

Errors are those of ptychopatch.patches. What an image holds is no error: the Shift's status says
why there is no answer.
"""
from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any, TypedDict, cast, overload

from . import _core
from ._arrays import shape_of, stream_of
from ._choices import integer, number_of, real, with_choices, with_defaults
from ._colour import one_channel
from ._context import Context, context_of
from ._enumerations import Extent, Method, MotionModel, MotionSearch, PlaneAverage, ShiftSign, Switch

if TYPE_CHECKING:
    from typing_extensions import Unpack

__doc__ = with_choices(__doc__)

Motion = _core.Motion
Shift = _core.Shift
TileShift = _core.TileShift


class Options(TypedDict, total=False):
    """Keywords of `align` and `Scene`; the module says what they mean."""

    cfa: str | None
    black: float | tuple[float, float, float, float]
    white: float
    method: Method
    max_shift: int | tuple[int, int]
    sign: ShiftSign
    extent: Extent
    hot_pixels: Switch
    fixed_pattern: Switch
    plane_average: PlaneAverage
    upsample: int
    overlap_ratio: float
    false_alarm_limit: float
    ambiguity_limit: float
    motion: MotionModel
    motion_search: MotionSearch


_DEFAULTS = {"cfa": None, "black": 0.0, "white": 0.0, "method": "ml", "max_shift": 0,
             "sign": "register", "extent": "linear", "hot_pixels": "auto", "fixed_pattern": "auto",
             "plane_average": "median", "upsample": 1, "overlap_ratio": 0.0,
             "false_alarm_limit": 0.0, "ambiguity_limit": 0.0,
             "motion": "none", "motion_search": "none"}


def letters_of(cfa):
    """Colours of a mosaic, "" for none."""
    cfa = cfa or ""
    if not isinstance(cfa, str) or set(cfa) - set("RGB"):
        raise ValueError(f"cfa: expected letters R, G or B, row by row, got {cfa!r}")
    return cfa


def levels_of(black):
    """Four black levels of one or four."""
    levels = black if isinstance(black, (tuple, list)) else (black,) * 4
    if len(levels) != 4:
        raise ValueError(f"black: expected a number or four, got {len(levels)}")
    return [real("black", level) for level in levels]


@functools.lru_cache(maxsize=64)
def _options(height, width, **given):
    given = with_defaults("align", given, _DEFAULTS)
    furthest = given["max_shift"]
    furthest = furthest if isinstance(furthest, tuple) else (furthest, furthest)
    options = _core.SceneOptions(
        height, width, real("white", given["white"]), real("overlap_ratio", given["overlap_ratio"]),
        real("false_alarm_limit", given["false_alarm_limit"]),
        real("ambiguity_limit", given["ambiguity_limit"]),
        integer("upsample", given["upsample"], 0, 2**31 - 1), number_of("method", given["method"]),
        number_of("sign", given["sign"], "shift_sign"), number_of("extent", given["extent"]),
        number_of("hot_pixels", given["hot_pixels"], "switch"),
        number_of("fixed_pattern", given["fixed_pattern"], "switch"),
        number_of("plane_average", given["plane_average"]),
        number_of("motion", given["motion"], "motion_model"),
        number_of("motion_search", given["motion_search"], "motion_search"))
    options.set_arrays(letters_of(given["cfa"]), levels_of(given["black"]),
                       [integer("max_shift", one) for one in furthest])
    return options


def _scene_options(reference, options):
    return _native_options(*shape_of("reference", reference), options)


def _registered(name, image, options, context):
    """What is registered of an image: with the options' own level of clipping."""
    return one_channel(name, image, options.get("cfa"), options.get("white", 0.0), context)


def _native_options(height, width, options):
    hashable = {name: tuple(value) if isinstance(value, list) else value
                for name, value in options.items()}
    return _options(height, width, **hashable)


class Scene:
    """A reference, and the memory to align one image after another onto it.

    A Scene runs one call at a time.

    Parameters
    ----------
    reference : (H, W) or (H, W, 3)
        Its memory is used where it lies: leave it as it is while the Scene has it. Of colours the
        luminance is kept.
    mask : (H, W) uint8 or bool, optional
        Where it is 0, the reference's pixels are left out.
    context : Context, optional
    **options
        See the module ptychopatch.registration.
    """

    def __init__(self, reference: Any, *, mask: Any = None, context: Context | None = None,
                 **options: Unpack[Options]) -> None:
        self._context = context
        self._options = options
        reference = _registered("reference", reference, options, context)
        self._scene = _core.Scene(context_of(context), _scene_options(reference, options))
        self._scene.borrow_reference(reference, mask, None, 0.0)

    def borrow_reference(self, reference: Any, *, mask: Any = None, black: Any = None,
                         white: float = 0.0) -> None:
        """Another reference, no larger than the first; black and white are levels of its own."""
        reference = self._one_channel("reference", reference, black, white)
        self._scene.borrow_reference(reference, mask, None if black is None else levels_of(black),
                                     real("white", white))

    @overload
    def align(self, moving: list[Any] | tuple[Any, ...], *, mask: Any = None, black: Any = None,
              white: float = 0.0) -> list[Shift]: ...

    @overload
    def align(self, moving: Any, *, mask: Any = None, black: Any = None,
              white: float = 0.0) -> Shift: ...

    def align(self, moving: Any, *, mask: Any = None, black: Any = None,
              white: float = 0.0) -> Any:
        """Aligns an image, or each of a list, onto the reference.

        Parameters
        ----------
        moving : (h, w) or (h, w, 3), or a list of such
        mask : (h, w) uint8 or bool, or a list of such or None, optional
        black, white
            Levels of the moving images, where they are not the scene's.

        Returns
        -------
        shift : Shift or list of Shift
        """
        return self._run(self._scene.align, moving, mask, black, white)

    @overload
    def measure_motion(self, moving: list[Any] | tuple[Any, ...], *, mask: Any = None,
                       black: Any = None, white: float = 0.0) -> list[Motion]: ...

    @overload
    def measure_motion(self, moving: Any, *, mask: Any = None, black: Any = None,
                       white: float = 0.0) -> Motion: ...

    def measure_motion(self, moving: Any, *, mask: Any = None, black: Any = None,
                       white: float = 0.0) -> Any:
        """Aligns as `align` does, and measures tiles: how content moves beyond one shift.

        The scene's option `motion` says what is fitted to them. Parameters are those of `align`.

        Returns
        -------
        motion : Motion or list of Motion
        """
        return self._run(self._scene.measure_motion, moving, mask, black, white)

    def _one_channel(self, name, image, black, white):
        own = self._options if black is None else {**self._options, "white": white}
        return _registered(name, image, own, self._context)

    def _run(self, call, moving, mask, black, white):
        levels = None if black is None else levels_of(black)
        one = not isinstance(moving, (list, tuple))
        if one:
            moving, mask = [moving], [mask]
        masks = mask if isinstance(mask, (list, tuple)) else [mask] * len(moving)
        if len(masks) != len(moving):
            raise ValueError(f"mask: expected one for each of {len(moving)} images, got "
                             f"{len(masks)}")
        moving = [self._one_channel("moving", image, black, white) for image in moving]
        results = call(moving, list(masks), levels, real("white", white),
                       stream_of(*moving, *masks))
        return results[0] if one else results

    @property
    def bytes(self) -> int:
        """Scratch that is held."""
        return self._scene.bytes


class _Last(threading.local):
    """The scene of the thread's last call, for the next one if that has the same options."""

    options: Any = None
    context: Any = None
    scene: Any = None


_last = _Last()


@overload
def align(reference: Any, moving: list[Any] | tuple[Any, ...], *, mask: Any = None,
          moving_mask: Any = None, context: Context | None = None,
          **options: Unpack[Options]) -> list[Shift]: ...


@overload
def align(reference: Any, moving: Any, *, mask: Any = None, moving_mask: Any = None,
          context: Context | None = None, **options: Unpack[Options]) -> Shift: ...


def align(reference: Any, moving: Any, *, mask: Any = None, moving_mask: Any = None,
          context: Context | None = None, **options: Any) -> Any:
    """The shift of an image, or of each of a list, to a reference.

    Parameters
    ----------
    reference : (H, W) or (H, W, 3)
    moving : (h, w) or (h, w, 3), or a list of such
    mask, moving_mask : uint8 or bool, optional
        Where they are 0, pixels of the reference, and of the moving images, are left out.
    context : Context, optional
    **options
        See the module ptychopatch.registration.

    Returns
    -------
    shift : Shift or list of Shift
        The memory for images of this size is kept for the thread's next call; `release` gives it
        back.
    """
    reference = _registered("reference", reference, options, context)
    scene = Scene.__new__(Scene)
    scene._context, scene._options = context, cast(Options, options)
    context, native = context_of(context), _scene_options(reference, options)
    kept = _last.options is native and _last.context is context
    scene._scene = _last.scene if kept else _core.Scene(context, native)
    release()
    try:
        scene._scene.borrow_reference(reference, mask, None, 0.0)
        return scene.align(moving, mask=moving_mask)
    finally:
        scene._scene.forget()
        _last.options, _last.context, _last.scene = native, context, scene._scene


def scene_plan_bytes(shape: tuple[int, int], *, context: Context | None = None,
                     **options: Unpack[Options]) -> int:
    """Bytes of scratch that a Scene for references of shape (H, W) holds, within the budget.

    MemoryError, with the least budget that would do, where that is too small.
    """
    height, width = (integer("shape", extent) for extent in shape)
    return _core.scene_plan_bytes(context_of(context), _native_options(height, width, options))


def release() -> None:
    """Gives back what `align` has kept in this thread."""
    _last.options = _last.context = _last.scene = None
