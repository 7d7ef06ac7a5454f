# SPDX-License-Identifier: Apache-2.0
"""Sub-pixel patches of images, groups of scan positions, and the shifts between images.

    import numpy, ptychopatch

    patches = ptychopatch.extract(image, positions, 64)
    image, coverage = ptychopatch.assemble(patches, positions, image.shape)
    groups = ptychopatch.group(positions, gridsize=2, neighbours=6)
    found = ptychopatch.align(reference, moving, cfa="RGGB")
    moved = ptychopatch.image_shift(moving, found.shift, period=2)
"""
from . import _core
from ._context import Context, default_context, device_count, set_default_context
from .assembly import Solution, solve, solve_bytes
from .groups import (GroupPlanInfo, Groups, group, group_coordinates, group_plan_bytes,
                     group_plan_info, nearest_neighbours)
from .pairs import (CommonArea, affine_motion, cfa_block, cfa_round, common_area, image_luminance,
                    image_shift, image_warp, mosaic_bin, mosaic_normalise, pair_gain, pair_loss,
                    pair_mask, pair_measure)
from .patches import (PatchPlanInfo, adjoint, assemble, extract, patch_plan_bytes,
                      patch_plan_info, position_gradient, probe_adjoint, used_positions)
from .registration import Motion, Scene, Shift, TileShift, align, scene_plan_bytes
from .scans import ScanFit, fit_scan

__version__ = _core.version_string()
version_info = divmod(_core.version() // 100, 100) + (_core.version() % 100,)
abi_version = _core.abi_version()
__all__ = ["CommonArea", "Context", "GroupPlanInfo", "Groups", "Motion", "PatchPlanInfo", "ScanFit",
           "Scene", "Shift", "Solution", "TileShift", "abi_version", "adjoint", "affine_motion",
           "align", "assemble", "cfa_block", "cfa_round", "common_area", "default_context", "device_count",
           "extract", "fit_scan", "group", "group_coordinates", "group_plan_bytes",
           "group_plan_info", "image_luminance", "image_shift", "image_warp", "mosaic_bin",
           "mosaic_normalise", "nearest_neighbours", "pair_gain", "pair_loss", "pair_mask",
           "pair_measure", "patch_plan_bytes", "patch_plan_info", "position_gradient",
           "probe_adjoint", "scene_plan_bytes", "set_default_context", "solve", "solve_bytes",
           "used_positions", "version_info"]
