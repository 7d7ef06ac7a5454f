# SPDX-License-Identifier: Apache-2.0
"""A plugin for pytest: scikit-image's published tests of phase_cross_correlation, run on
ptychopatch.compat.skimage.

    pytest -p skimage_with_ours --pyargs skimage.registration.tests.test_phase_cross_correlation \\
        skimage.registration.tests.test_masked_phase_cross_correlation

Tests that ask for what the library does not do are left out, each with its reason.
"""
import pytest
import skimage.registration
import skimage.registration._phase_cross_correlation as original

from ptychopatch.compat.skimage import phase_cross_correlation

original.phase_cross_correlation = phase_cross_correlation
skimage.registration.phase_cross_correlation = phase_cross_correlation

AXES = "images of two axes alone"
INTERNAL = "tests a part of scikit-image, not phase_cross_correlation"
LEFT_OUT = {
    "test_3d_input": AXES,
    "test_4d_input_pixel": AXES,
    "test_4d_input_subpixel": AXES,
    "test_mismatch_upsampled_region_size": INTERNAL,
    "test_mismatch_offsets_size": INTERNAL,
    "test_masked_registration_3d_contiguous_mask": AXES,
    "test_masked_registration_random_masks_non_equal_sizes": "masked images of one size alone",
    "test_cross_correlate_masked_output_shape": INTERNAL,
    "test_cross_correlate_masked_test_against_mismatched_dimensions": INTERNAL,
    "test_cross_correlate_masked_output_range": INTERNAL,
    "test_cross_correlate_masked_side_effects": INTERNAL,
    "test_cross_correlate_masked_over_axes": INTERNAL,
    "test_cross_correlate_masked_autocorrelation_trivial_masks": INTERNAL,
}


def pytest_collection_modifyitems(items):
    for item in items:
        reason = LEFT_OUT.get(item.originalname)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
