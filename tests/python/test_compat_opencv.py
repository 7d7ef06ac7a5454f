# SPDX-License-Identifier: Apache-2.0
import math

import numpy
import pytest

from ptychopatch.compat import opencv
from scene import Scene


def inverse_of(warp):
    linear = numpy.linalg.inv(warp[:, :2])
    return numpy.hstack([linear, -linear @ warp[:, 2:]])


def corners_apart(one, other, shape):
    h, w = shape
    corners = numpy.array([[0, 0, 1], [w, 0, 1], [0, h, 1], [w, h, 1]]).T
    return numpy.abs((numpy.asarray(one, float) - other) @ corners).max()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_phase_correlate_is_of_opencvs_sign(random, dtype):
    shift = random.uniform(-9, 9, 2)  # x, y
    scene = Scene(random)
    first = scene.warped((150, 180), 0.5).astype(dtype)
    second = scene.warped((150, 180), 0.5, [[1, 0, -shift[0]], [0, 1, -shift[1]]]).astype(dtype)
    window = numpy.outer(numpy.hanning(150), numpy.hanning(180))
    for given in (None, window):
        found, response = opencv.phaseCorrelate(first, second, given)
        numpy.testing.assert_allclose(found, shift, atol=0.02)
        assert 0.2 < response <= 1
    cv2 = pytest.importorskip("cv2")
    theirs, _ = cv2.phaseCorrelate(first.astype("float32"), second.astype("float32"),
                                   window.astype("float32"))
    numpy.testing.assert_allclose(found, theirs, atol=0.5)


def test_a_window_leaves_pixels_out(random):
    scene, other = Scene(random), Scene(random)
    first = scene.warped((200, 200))
    second = scene.warped((200, 200), 0.1, [[1, 0, -3.25], [0, 1, 1.5]])
    for image, x in ((first, 0), (second, 7)):
        image[60:130, 60 + x:130 + x] = 4 * other.warped((70, 70)) - 300
    window = numpy.ones((200, 200))
    window[55:135, 55:142] = 0
    found, _ = opencv.phaseCorrelate(first, second, window)
    numpy.testing.assert_allclose(found, (3.25, -1.5), atol=0.03)


def test_no_answer_has_no_response(random):
    first, second = random.standard_normal((2, 96, 96))
    assert opencv.phaseCorrelate(first, second) == ((0.0, 0.0), 0.0)
    assert opencv.phaseCorrelate(first, numpy.full((96, 96), numpy.nan))[1] == 0.0


def small_warp(random, motion):
    angle = math.radians(random.uniform(-0.9, 0.9)) if motion != 0 else 0.0
    linear = numpy.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    if motion == 2:
        linear = linear + random.uniform(-0.006, 0.006, (2, 2))
    return numpy.hstack([linear, random.uniform(-8, 8, (2, 1))])


@pytest.mark.parametrize("motion", [0, 1, 2])
def test_ecc_finds_the_map(random, motion):
    shape = (330, 380)
    scene = Scene(random)
    warp = small_warp(random, motion)
    template = scene.warped(shape, 1.0)
    moving = scene.warped(shape, 1.0, inverse_of(warp))
    coherence, found = opencv.findTransformECC(template, moving, numpy.eye(2, 3, dtype="float32"),
                                               motion)
    assert found.shape == (2, 3) and found.dtype == "float32"
    assert 0.2 < coherence <= 1
    assert corners_apart(found, warp, shape) < 0.05
    if motion < 2:
        assert abs(numpy.linalg.det(found[:, :2]) - 1) < 1e-6
    cv2 = pytest.importorskip("cv2")
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 200, 1e-7)
    start = numpy.eye(2, 3, dtype="float32")
    start[:, 2] = warp[:, 2]
    _, theirs = cv2.findTransformECC(template.astype("float32"), moving.astype("float32"), start,
                                     motion, criteria, None, 5)
    assert corners_apart(found, theirs, shape) < 0.2


def test_ecc_leaves_masked_pixels_out(random):
    scene = Scene(random)
    warp = numpy.array([[1, 0, 4.5], [0, 1, -2.25]])
    template = scene.warped((220, 240), 0.5)
    moving = scene.warped((220, 240), 0.5, inverse_of(warp))
    mask = numpy.ones((220, 240), "uint8")
    mask[:, 150:] = 0
    moving[:, 150:] = 100
    _, found = opencv.findTransformECC(template, moving, None, opencv.MOTION_TRANSLATION,
                                       inputMask=mask)
    assert corners_apart(found, warp, (220, 240)) < 0.05


def test_what_ecc_refuses(random):
    image = Scene(random, 60).warped((120, 120))
    with pytest.raises(NotImplementedError, match="HOMOGRAPHY"):
        opencv.findTransformECC(image, image, None, opencv.MOTION_HOMOGRAPHY)
    with pytest.raises(NotImplementedError, match="warpMatrix"):
        opencv.findTransformECC(image, image, [[0.8, -0.6, 0], [0.6, 0.8, 0]])
    for arguments, says in (((image, image, numpy.eye(3)), "warpMatrix"),
                            ((image, image, None, 7), "motionType"),
                            ((image[..., None], image), "templateImage"),
                            ((image, image * 1j), "inputImage"),
                            ((image, image, None, 0, None, image[:3]), "inputMask"),
                            ((image, random.standard_normal((120, 120)), None, 0), "unrelated")):
        with pytest.raises(ValueError, match=says):
            opencv.findTransformECC(*arguments)
    for arguments, says in (((image, image[:-1]), "src2"), ((image, image, image[0]), "window"),
                            ((image[0], image), "src1")):
        with pytest.raises(ValueError, match=says):
            opencv.phaseCorrelate(*arguments)
