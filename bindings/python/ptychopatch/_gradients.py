# SPDX-License-Identifier: Apache-2.0
"""Gradients of the operators on patches, as the libraries that differentiate want them: for arrays
and for tensors alike."""
from . import patches as _patches


def linear(options):
    """Options of the operator's linear part: a constant outside has none."""
    return {**options, "boundary": "zero"} if options.get("boundary") == "constant" else options


def patch_size(patches, options):
    """(h, w) of an array of patches."""
    shape = tuple(patches.shape)
    return shape[-3:-1] if options.get("layout") == "channel-last" else shape[-2:]


def by_positions(image, cotangent, positions, probe, options):
    """The gradient by the positions, in their shape, for a cotangent of patches, or of waves."""
    gradient = _patches.position_gradient(image, cotangent, positions, probe=probe, **options)
    if gradient.ndim == 3:
        gradient = gradient.sum(0)
    return gradient.reshape(tuple(positions.shape))
