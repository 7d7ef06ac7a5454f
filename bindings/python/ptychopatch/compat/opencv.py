# SPDX-License-Identifier: Apache-2.0
"""OpenCV's phaseCorrelate and findTransformECC, by the maximum-likelihood estimate.

Vectors are (x, y), as OpenCV has them.
"""
from __future__ import annotations

import math
from typing import Any

import numpy

from .._enumerations import MotionModel
from ..registration import Scene, align
from ._images import accepted

MOTION_TRANSLATION, MOTION_EUCLIDEAN, MOTION_AFFINE, MOTION_HOMOGRAPHY = range(4)
_MODELS: dict[int, MotionModel] = {MOTION_TRANSLATION: "translation",
                                   MOTION_EUCLIDEAN: "similarity", MOTION_AFFINE: "affine"}
# Of the linear part, more than which is not looked for.
_LARGEST_GUESS = 0.02


def phaseCorrelate(src1: Any, src2: Any, window: Any = None
                   ) -> tuple[tuple[float, float], float]:
    """How far the content of src2 lies from that of src1.

    Parameters
    ----------
    src1, src2 : (H, W)
        Real, of one size.
    window : (H, W), optional
        Where it is 0, pixels are left out. What it is elsewhere is not used: the estimate weighs
        pixels by tapers of its own.

    Returns
    -------
    displacement : (dx, dy)
        In pixels: src2[y, x] ~ src1[y - dy, x - dx]. (0.0, 0.0) where there is none.
    response : float
        The images' coherence, 0 to 1; 0.0 where the shift is no answer, as of images of different
        scenes or of scenes that repeat.

    Raises
    ------
    ValueError
        For images of more than one channel and for sizes that differ.
    """
    first, second = _pair("src1", src1, "src2", src2)
    mask = _mask("window", window, first.shape)
    found = align(first, second, mask=mask, moving_mask=mask, sign="displacement")
    if not found.ok:
        return (0.0, 0.0), 0.0
    dy, dx = found.shift
    return (dx, dy), found.coherence


def findTransformECC(templateImage: Any, inputImage: Any,
                     warpMatrix: Any = None, motionType: int = MOTION_AFFINE, criteria: Any = None,
                     inputMask: Any = None, gaussFiltSize: int = 5) -> tuple[float, numpy.ndarray]:
    """The map that takes places of the template to those of the input.

    Parameters
    ----------
    templateImage, inputImage : (H, W)
        Real. The input may be smaller; what both have in common is used.
    warpMatrix : (2, 3), optional
        OpenCV begins there. Here nothing need be known: shifts of any size are found, and rotations
        to about one degree with scales to 1 %. A guess that turns or scales by more than 2 % is
        refused; otherwise its values are not used.
    motionType : int
        MOTION_TRANSLATION, MOTION_EUCLIDEAN or MOTION_AFFINE, OpenCV's numbers 0, 1 and 2.
    criteria, gaussFiltSize
        Not used: the iteration ends by itself, and frequencies are weighed by what they tell.
    inputMask : (H, W), optional
        Where it is 0, the input's pixels are left out.

    Returns
    -------
    coherence : float
        Of both images, 0 to 1, in place of the enhanced correlation coefficient; beyond a
        translation the median of tiles.
    warpMatrix : (2, 3) float32
        W, with input(W (x, y, 1)) ~ template(x, y): what cv2.warpAffine takes with
        WARP_INVERSE_MAP.

    Raises
    ------
    ValueError
        Also where the images have no map, as those of different scenes have none (OpenCV: an error
        StsNoConv).
    NotImplementedError
        For MOTION_HOMOGRAPHY, and for guesses that turn or scale by more than 2 %.
    """
    del criteria, gaussFiltSize
    if motionType == MOTION_HOMOGRAPHY:
        raise NotImplementedError("motionType: expected MOTION_TRANSLATION, MOTION_EUCLIDEAN or "
                                  "MOTION_AFFINE, got MOTION_HOMOGRAPHY")
    if motionType not in _MODELS:
        raise ValueError(f"motionType: expected 0, 1 or 2, got {motionType!r}")
    template, moving = (_image(name, image) for name, image in
                        (("templateImage", templateImage), ("inputImage", inputImage)))
    _check_guess(warpMatrix)
    mask = _mask("inputMask", inputMask, moving.shape)
    model = _MODELS[motionType]
    if model == "translation":
        found = align(template, moving, moving_mask=mask)
        _require(found.ok, found.status)
        return found.coherence, _warp(found.shift, numpy.eye(2), (0.0, 0.0))
    motion = Scene(template, motion=model).measure_motion(moving, mask=mask)
    _require(motion.ok, motion.status)
    # Where p lies in the input: p - d(p), of the shift d(p) = shift + (matrix - 1) (p - centre).
    linear = 2 * numpy.eye(2) - numpy.array(motion.matrix)
    if motionType == MOTION_EUCLIDEAN:  # the rotation of the similarity, without its scale
        linear /= math.sqrt(numpy.linalg.det(linear))
    # Of one shift an image that is turned has little.
    coherence = float(numpy.median([tile.coherence for tile in motion.tiles
                                    if tile.status == "ok"]))
    return coherence, _warp(motion.shift, linear, motion.centre)


def _warp(shift, linear, centre):
    """W p = centre - shift + linear (p - centre), whose vectors are (y, x)."""
    centre = numpy.array(centre)
    constant = centre - numpy.array(shift) - linear @ centre
    return numpy.hstack([linear[::-1, ::-1], constant[::-1, None]]).astype("float32")


def _require(ok, status):
    if not ok:
        raise ValueError(f"inputImage: expected an image of the template's scene, got one that has "
                         f"no map: {status}")


def _check_guess(guess):
    if guess is None:
        return
    guess = numpy.asarray(guess, "float64")
    if guess.shape != (2, 3):
        raise ValueError(f"warpMatrix: expected (2, 3), got the shape {guess.shape}")
    turn = abs(guess[:, :2] - numpy.eye(2)).max()
    if not turn <= _LARGEST_GUESS:
        raise NotImplementedError("warpMatrix: expected a guess that turns and scales by at most "
                                  f"{_LARGEST_GUESS}, got one by {turn:.3g}")


def _image(name, image):
    image = numpy.asarray(image)
    if image.ndim != 2 or numpy.iscomplexobj(image):
        raise ValueError(f"{name}: expected one real channel (H, W), got {image.dtype} of the "
                         f"shape {image.shape}")
    return accepted(image)


def _pair(name1, src1, name2, src2):
    first, second = _image(name1, src1), _image(name2, src2)
    if first.shape != second.shape:
        raise ValueError(f"{name2}: expected the shape of {name1}, {first.shape}, got "
                         f"{second.shape}")
    return first, second


def _mask(name, mask, shape):
    if mask is None:
        return None
    mask = numpy.asarray(mask)
    if mask.shape != shape:
        raise ValueError(f"{name}: expected the shape of its image, {shape}, got {mask.shape}")
    return mask != 0
