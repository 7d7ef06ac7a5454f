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
    if probe is not None:
        cotangent = _without_probe(cotangent, probe, options)
    gradient = _patches.position_gradient(image, cotangent, positions, **options)
    if gradient.ndim == 3:
        gradient = gradient.sum(0)
    return gradient.reshape(tuple(positions.shape))


def _without_probe(cotangent, probe, options):
    """The cotangent of patches that one of waves means: times the probe's conjugate, and summed over
    the modes."""
    layout = options.get("layout", "flat")
    if probe.ndim == 4 and layout != "flat":
        group_size = options.get("group_size", 1)
        probe = probe.reshape(-1, group_size, *probe.shape[1:])
        if layout == "channel-last":
            probe = probe.swapaxes(1, 2).swapaxes(2, 3).swapaxes(3, 4)
    elif layout == "channel-last":
        probe = probe[..., None]
    return (cotangent * probe.conj()).sum(-4 if layout == "channel-last" else -3)
