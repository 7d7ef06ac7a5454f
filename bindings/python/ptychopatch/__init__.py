# SPDX-License-Identifier: Apache-2.0
"""Sub-pixel patches of images, groups of scan positions, and the shifts between images.

    import numpy, ptychopatch

    patches = ptychopatch.extract(image, positions, 64)
    image, coverage = ptychopatch.assemble(patches, positions, image.shape)
    groups = ptychopatch.group(positions, gridsize=2, neighbours=6)
    shift = ptychopatch.align(reference, moving, cfa="RGGB")
"""
from . import _core
from ._context import Context, default_context, set_default_context
from .groups import Groups, group, group_coordinates, nearest_neighbours
from .patches import adjoint, assemble, extract, position_gradient, probe_adjoint
from .registration import Scene, Shift, align

__version__ = _core.version()
__all__ = ["Context", "Groups", "Scene", "Shift", "adjoint", "align", "assemble", "default_context",
           "extract", "group", "group_coordinates", "nearest_neighbours", "position_gradient",
           "probe_adjoint", "set_default_context"]
