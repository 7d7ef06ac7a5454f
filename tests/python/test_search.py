# SPDX-License-Identifier: Apache-2.0
"""Rotations that are searched: quarter turns of a picture, whose pixels are its own."""
import numpy as np
import pytest

import ptychopatch


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("sign", ["register", "displacement"])
def test_a_quarter_turn(random, quarters, sign):
    field = random.standard_normal((260, 260))
    still = sum(np.roll(field, (i, j), (0, 1)) for i in range(3) for j in range(3))
    moving = np.rot90(still, quarters)  # counterclockwise
    scene = ptychopatch.Scene(still, motion="similarity", motion_search="rotation", sign=sign)
    motion = scene.measure_motion(moving + 0.1 * random.standard_normal(moving.shape))
    assert motion.ok and motion.image_shift.ok
    assert abs((motion.rotation - 90.0 * quarters + 180.0) % 360.0 - 180.0) < 0.05
    assert abs(motion.scale - 1.0) < 1e-3
    assert np.abs(motion.shift).max() < 0.2
    assert tuple(motion.shift) == tuple(motion.image_shift.shift)


def test_other_pictures_have_none(random):
    still, moving = random.standard_normal((2, 200, 200))
    scene = ptychopatch.Scene(still, motion="affine", motion_search="rotation")
    motion = scene.measure_motion(moving)
    assert not motion.ok and np.isnan(motion.rotation) and np.isnan(motion.scale)


def test_wants_a_model(random):
    image = random.standard_normal((64, 64))
    with pytest.raises(ValueError, match="motion"):
        ptychopatch.Scene(image, motion_search="rotation")
    with pytest.raises(ValueError, match="motion_search"):
        ptychopatch.Scene(image, motion="affine", motion_search="turns")
