# SPDX-License-Identifier: Apache-2.0
import math

import numpy
import pytest

import ptychopatch

SIZE = 256


def field(random, size=SIZE, most=40):
    """A band-limited random field as a function of its shift: circular, any shift of it exact."""
    spectrum = numpy.fft.fft2(random.standard_normal((size, size)))
    frequency = numpy.fft.fftfreq(size) * size
    y, x = frequency[:, None], frequency[None, :]
    radius = numpy.hypot(y, x)
    spectrum *= (radius < most) / numpy.maximum(radius, 1)
    scale = numpy.fft.ifft2(spectrum).real.std()

    def moved(dy, dx):
        turn = numpy.exp(-2j * numpy.pi * (y * dy + x * dx) / size)
        return numpy.fft.ifft2(spectrum * turn).real / scale
    return moved


def as_mosaic(image, random):
    """Integers of a camera, whose colours have gains of their own."""
    picture = 4000 + 900 * image + 3 * random.standard_normal(image.shape)
    picture[::2, ::2] *= 0.5
    picture[1::2, 1::2] *= 0.7
    return numpy.clip(picture + 512, 0, 16383).astype("uint16")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shift_of_a_scene_with_known_truth(random, dtype):
    scene, truth = field(random), random.uniform(-20, 20, 2)
    still, moving = (one.astype(dtype) for one in (scene(0, 0), scene(*truth)))
    found = ptychopatch.align(still, moving, extent="circular")
    assert found.ok and found.status == "ok" and found.common_shape == (SIZE, SIZE)
    # A moving image that is moved by `truth` is registered by moving it back.
    numpy.testing.assert_allclose(found.shift, -truth, atol=0.02)
    displaced = ptychopatch.align(still, moving, extent="circular", sign="displacement")
    numpy.testing.assert_allclose(displaced.shift, truth, atol=0.02)
    (yy, yx), (xy, xx) = found.covariance
    assert yx == xy and yy > 0 and xx > 0 and 0 < found.peak <= 1 and 0 <= found.coherence <= 1


def test_orientation(random):
    """Content that lies three rows lower in the moving image is moved up by three."""
    still = numpy.zeros((96, 96))
    still[20:50, 30:70] = random.standard_normal((30, 40))
    moving = numpy.roll(still, (3, -5), (0, 1))
    for method in ("ml", "phase", "cross"):
        found = ptychopatch.align(still, moving, method=method)
        numpy.testing.assert_allclose(found.shift, (-3, 5), atol=0.1)


def test_mosaics(random):
    scene = field(random, most=30)
    still = as_mosaic(scene(0, 0), random)
    images = [as_mosaic(scene(dy, dx), random) for dy, dx in [(2, -4), (6.5, 3.25)]]
    plane = ptychopatch.Scene(still, cfa="RGGB", black=512, white=16383, max_shift=32)
    first, second = plane.align(images)
    numpy.testing.assert_allclose(first.shift, (-2, 4), atol=0.02)
    numpy.testing.assert_allclose(second.shift, (-6.5, -3.25), atol=0.02)
    assert first.lattice_shift == (-2, 4) and second.lattice_shift[0] % 2 == 0
    assert all(isinstance(one, int) for one in second.lattice_shift)
    numpy.testing.assert_allclose(numpy.add(second.lattice_shift, second.lattice_residual),
                                  second.shift)
    assert plane.bytes > 0
    plane.borrow_reference(images[0])
    numpy.testing.assert_allclose(plane.align(still).shift, (2, -4), atol=0.02)
    wide = numpy.zeros((SIZE, 2 * SIZE), "uint16")
    wide[:, ::2] = images[1]
    again = plane.align(wide[:, ::2], black=512, white=16383)
    numpy.testing.assert_allclose(again.shift, (-4.5, -7.25), atol=0.02)


def test_masks_leave_pixels_out(random):
    scene = field(random, 96, 20)
    still, moving = scene(0, 0), scene(4, -3)
    moving[30:40, 50:60] = 1e6
    mask = numpy.ones(still.shape, bool)
    mask[30:40, 50:60] = False
    spoilt = ptychopatch.align(still, moving, method="cross")
    found = ptychopatch.align(still, moving, method="cross", moving_mask=mask)
    assert found.shift == (-4, 3) and spoilt.shift != (-4, 3)


def test_images_that_have_no_shift_say_why(random):
    still = field(random)(0, 0)
    flat, wrong = numpy.ones_like(still), still.copy()
    wrong[5, 7] = numpy.nan
    found = ptychopatch.align(still, [flat, wrong])
    assert [one.status for one in found] == ["flat", "not-finite"]
    assert all(math.isnan(v) for one in found for v in one.shift)
    assert not found[0].ok and "flat" in repr(found[0])


def test_a_reference_is_held(random):
    scene = field(random)
    plane = ptychopatch.Scene(scene(0, 0))
    numpy.zeros((64, SIZE, SIZE))  # what is free is taken again
    numpy.testing.assert_allclose(plane.align(scene(1, 2)).shift, (-1, -2), atol=0.02)


@pytest.mark.parametrize("error, texts, options", [
    (ValueError, ["method", "'ml'", "'best'"], {"method": "best"}),
    (ValueError, ["cfa: expected", '"RGG"'], {"cfa": "RGG"}),
    (ValueError, ["black", "four", "3"], {"black": (1, 2, 3)}),
    (ValueError, ["max_shift", "-1"], {"max_shift": -1}),
    (ValueError, ["mask", "(96, 96)"], {"mask": numpy.ones((9, 9), "uint8")}),
    (TypeError, ["align", "colour"], {"colour": "RGGB"}),
    (TypeError, ["white", "'much'"], {"white": "much"}),
])
def test_what_is_wrong_is_told(error, texts, options):
    image = numpy.ones((96, 96))
    with pytest.raises(error) as caught:
        ptychopatch.align(image, image, **options)
    for text in texts:
        assert text in str(caught.value)
    with pytest.raises(ValueError, match=r"reference: expected an image \(H, W\)"):
        ptychopatch.align(image[0], image)
    with pytest.raises(ValueError, match="C64"):
        ptychopatch.align(image, image.astype("complex64"))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_pixels_of_any_type_are_the_same_numbers(random, dtype):
    moved = field(random)
    scene = [numpy.clip(numpy.rint(120 + 25 * image), 0, 250).astype("uint16")
             for image in (moved(0, 0), moved(3, -5))]
    wanted = ptychopatch.align(*scene, hot_pixels="off")
    given = ptychopatch.align(*(image.astype(dtype) for image in scene), hot_pixels="off")
    assert given.status == wanted.status == "ok"
    assert numpy.array_equal(given.shift, wanted.shift)


def test_motion_of_tiles(random):
    scene = field(random)
    still, moving = scene(0, 0), scene(2.5, -1.25)
    for image in (still, moving):
        image += 0.05 * random.standard_normal(image.shape)
    plane = ptychopatch.Scene(still, motion="affine")
    motion, same = plane.measure_motion([moving, still])
    assert motion.ok and motion.status == "ok" and same.ok
    numpy.testing.assert_allclose(motion.shift, (-2.5, 1.25), atol=0.05)
    numpy.testing.assert_allclose(motion.matrix, numpy.eye(2), atol=2e-3)
    assert motion.centre == ((SIZE - 1) / 2, (SIZE - 1) / 2)
    assert numpy.shape(motion.covariance) == (6, 6) and len(motion.chi_square) == 3
    assert motion.image_shift.shift == plane.align(moving).shift
    assert not motion.image_shift.moving and motion.contradiction < 3
    assert motion.tiles_used + motion.tiles_rejected <= len(motion.tiles)
    tile = motion.tiles[0]
    assert tile.status == "ok" and not tile.moving and not tile.blind and 0 < tile.coherence <= 1
    numpy.testing.assert_allclose(tile.shift, (-2.5, 1.25), atol=0.2)
    assert numpy.shape(tile.covariance) == (2, 2) and len(tile.residual) == 2
    assert tile.centre[0] == (motion.tile_size - 1) / 2
    small = ptychopatch.Scene(still[:50, :50], motion="field").measure_motion(moving[:50, :50])
    assert small.status == "too-small" and math.isnan(small.shift[0]) and not small.tiles
    with pytest.raises(ValueError, match="motion"):
        ptychopatch.Scene(still, motion="rigid")
    with pytest.raises(ValueError, match="motion"):
        ptychopatch.Scene(still).measure_motion(moving)
