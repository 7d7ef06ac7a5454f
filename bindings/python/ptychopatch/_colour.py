# SPDX-License-Identifier: Apache-2.0
"""Images of several channels, as one that can be registered."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _core
from ._arrays import dtype_of, output, shape_of
from ._choices import real
from ._context import Context, context_of


def float_type(image):
    """The type of what is made of an image: its own where that is a float, else float32."""
    dtype = str(dtype_of(image)).rpartition(".")[2]
    return dtype if dtype in ("float32", "float64") else "float32"


def image_luminance(image: Any, weights: Sequence[float] | None = None, *, white: float = 0.0,
                    out: Any = None, context: Context | None = None) -> Any:
    """One channel of several: the sum of w_c image[..., c], w being the weights over their sum.

    Parameters
    ----------
    image : (H, W, C), uint8, uint16, int16, float32 or float64
        C from 1 to 16; of any strides, so np.moveaxis(planes, 0, -1) will do. Leave alpha out.
    weights : C floats, optional
        None below 0, not all 0. By default, of red, green and blue, the luminance of Rec. 709:
        0.2126, 0.7152, 0.0722. A shift is found best with each channel's contrast over the
        variance of its noise.
    white : float
        A pixel with a channel at or above it becomes white, so that `align` with the same white
        takes it as clipped; 0: none does.
    out : (H, W) float32 or float64, optional
        By default of the image's type where that is one of them, else float32.

    Returns
    -------
    luminance : (H, W)
    """
    shape = shape_of("image", image)
    if len(shape) != 3:
        raise ValueError(f"image: expected (H, W, C), got the shape {shape}")
    given = [] if weights is None else [real("weights", weight) for weight in weights]
    if weights is not None and len(given) != shape[2]:
        raise ValueError(f"weights: expected {shape[2]}, one for each channel, got {len(given)}")
    out = output(out, image, shape[:2], float_type(image))
    _core.image_luminance(context_of(context), image, given, real("white", white), out)
    return out


def one_channel(name, image, cfa, white, context):
    """An image to register, (H, W); of one (H, W, 3) its luminance."""
    shape = shape_of(name, image)
    if len(shape) == 2:
        return image
    if len(shape) == 3 and shape[2] == 4:
        raise ValueError(f"{name}: expected an image (H, W) or (H, W, 3), got the shape {shape}: "
                         "leave alpha out, [..., :3], and give it as the mask")
    if len(shape) != 3 or shape[2] != 3:
        raise ValueError(f"{name}: expected an image (H, W), or red, green and blue (H, W, 3), got "
                         f"the shape {shape}")
    if cfa:
        raise ValueError(f"cfa: expected none with the shape {shape} of {name}, got {cfa!r}")
    return image_luminance(image, white=white, context=context)
