# SPDX-License-Identifier: Apache-2.0
"""
Sub-pixel patches of images, groups of scan positions, and the shifts between images.

Axes count in reverse of the C headers, the fastest first, as Julia's arrays lie: an image of H rows
and W columns is `(W, H)`, positions are `(2, K)` with rows y and x, patches `(w, h, K)`. An array
with its axes in C's order goes in as [`reversed`](@ref)`(array)`. Nothing is copied. Pixels count
from 0, as positions do: `image[1, 1]` lies at y = 0, x = 0; indices of points and images from 1.

    patches = extract(image, positions, 64)
    image, coverage = assemble(patches, positions, size(image))
    groups = group(positions, 2; neighbours = 6)
    shift = align(reference, moving; cfa = "RGGB")
"""
module Ptychopatch

import Libdl

export Context, Groups, Motion, Scene, Shift, TileShift, affine_motion, align, assemble,
       cfa_block, cfa_round, common_area, device_count, extract, extract_adjoint, fit_scan, group, group_coordinates, group_plan_bytes,
       group_plan_info, image_luminance, image_shift, image_warp, measure_motion, mosaic_bin, mosaic_normalise, nearest_neighbours, pair_gain,
       pair_loss, pair_mask, pair_measure, patch_plan_bytes, patch_plan_info,
       position_gradient, probe_adjoint, reversed, scene_plan_bytes, solve, solve_bytes, synchronize, used_positions

"The functions, structures and constants of the C API, by their names there."
module CApi
const library = "libptychopatch.so.0"
include("capi.jl")
end

include("arrays.jl")
include("choices.jl")
include("context.jl")
include("patches.jl")
include("groups.jl")
include("registration.jl")
include("pairs.jl")

# A library that is not where the loader looks is named by PTYCHOPATCH_LIBRARY. Once it is loaded, its
# SONAME stands for it.
function __init__()
    path = get(ENV, "PTYCHOPATCH_LIBRARY", "")
    isempty(path) || Libdl.dlopen(path)
    return nothing
end

end
