# SPDX-License-Identifier: Apache-2.0
# Options by the names that the command ptychopatch has for them, with _ for its -.

const BACKENDS = (auto = CApi.PPATCH_BACKEND_AUTO, cpu = CApi.PPATCH_BACKEND_CPU,
                  cuda = CApi.PPATCH_BACKEND_CUDA)
const INTERPOLATIONS = (bilinear = CApi.PPATCH_INTERPOLATION_BILINEAR, nearest = CApi.PPATCH_INTERPOLATION_NEAREST,
                        bicubic = CApi.PPATCH_INTERPOLATION_BICUBIC, lanczos3 = CApi.PPATCH_INTERPOLATION_LANCZOS3)
const BOUNDARIES = (zero = CApi.PPATCH_BOUNDARY_ZERO, constant = CApi.PPATCH_BOUNDARY_CONSTANT, edge = CApi.PPATCH_BOUNDARY_EDGE,
                    reflect = CApi.PPATCH_BOUNDARY_REFLECT, wrap = CApi.PPATCH_BOUNDARY_WRAP)
const ANCHORS = (corner = CApi.PPATCH_ANCHOR_CORNER, half = CApi.PPATCH_ANCHOR_HALF, centre = CApi.PPATCH_ANCHOR_CENTRE)
const AXES = (yx = CApi.PPATCH_AXES_YX, xy = CApi.PPATCH_AXES_XY)
const SIGNS = (window = CApi.PPATCH_SIGN_WINDOW, content = CApi.PPATCH_SIGN_CONTENT)
const LAYOUTS = (flat = CApi.PPATCH_LAYOUT_FLAT, channel_last = CApi.PPATCH_LAYOUT_CHANNEL_LAST,
                 channel_first = CApi.PPATCH_LAYOUT_CHANNEL_FIRST)
const LOCAL_OFFSETS = (as_given = CApi.PPATCH_LOCAL_OFFSETS_AS_GIVEN,
                       mirrored_ptychopinn = CApi.PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN)
const ORDERS = (drawn = CApi.PPATCH_GROUP_ORDER_AS_DRAWN, distance = CApi.PPATCH_GROUP_ORDER_BY_DISTANCE,
                position = CApi.PPATCH_GROUP_ORDER_BY_POSITION)
const RELATIVE_SIGNS = (from_offset = CApi.PPATCH_RELATIVE_SIGN_FROM_OFFSET,
                        to_offset = CApi.PPATCH_RELATIVE_SIGN_TO_OFFSET)
const METHODS = (ml = CApi.PPATCH_METHOD_ML, phase = CApi.PPATCH_METHOD_PHASE,
                 cross = CApi.PPATCH_METHOD_CROSS, per_plane = CApi.PPATCH_METHOD_PER_PLANE)
const SHIFT_SIGNS = (register = CApi.PPATCH_SHIFT_SIGN_REGISTER,
                     displacement = CApi.PPATCH_SHIFT_SIGN_DISPLACEMENT)
const EXTENTS = (linear = CApi.PPATCH_EXTENT_LINEAR, circular = CApi.PPATCH_EXTENT_CIRCULAR)
const SWITCHES = (auto = CApi.PPATCH_SWITCH_AUTO, on = CApi.PPATCH_SWITCH_ON, off = CApi.PPATCH_SWITCH_OFF)
const AVERAGES = (median = CApi.PPATCH_PLANE_AVERAGE_MEDIAN, mean = CApi.PPATCH_PLANE_AVERAGE_MEAN)

function number_of(name, choice::Symbol, choices)
    haskey(choices, choice) ||
        throw(ArgumentError("$name: expected one of $(join(keys(choices), ", ")), got $choice"))
    return choices[choice]
end

# One number twice, or the two that are given.
pair_of(size::Integer) = (size, size)
pair_of(size::Tuple{Integer, Integer}) = size
