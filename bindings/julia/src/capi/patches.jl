# SPDX-License-Identifier: Apache-2.0
# Patches: patches.h.

const PPATCH_INTERPOLATION_BILINEAR = Int32(0)
const PPATCH_INTERPOLATION_NEAREST = Int32(1)
const PPATCH_INTERPOLATION_BICUBIC = Int32(2)
const PPATCH_INTERPOLATION_LANCZOS3 = Int32(3)

const PPATCH_BOUNDARY_ZERO = Int32(0)
const PPATCH_BOUNDARY_CONSTANT = Int32(1)
const PPATCH_BOUNDARY_EDGE = Int32(2)
const PPATCH_BOUNDARY_REFLECT = Int32(3)
const PPATCH_BOUNDARY_WRAP = Int32(4)

const PPATCH_ANCHOR_CORNER = Int32(0)
const PPATCH_ANCHOR_HALF = Int32(1)
const PPATCH_ANCHOR_CENTRE = Int32(2)

const PPATCH_AXES_YX = Int32(0)
const PPATCH_AXES_XY = Int32(1)

const PPATCH_SIGN_WINDOW = Int32(0)
const PPATCH_SIGN_CONTENT = Int32(1)

const PPATCH_LAYOUT_FLAT = Int32(0)
const PPATCH_LAYOUT_CHANNEL_LAST = Int32(1)
const PPATCH_LAYOUT_CHANNEL_FIRST = Int32(2)

const PPATCH_ALGORITHM_AUTO = Int32(0)
const PPATCH_ALGORITHM_BATCHED = Int32(1)
const PPATCH_ALGORITHM_ITERATIVE = Int32(2)

const PPATCH_LOCAL_OFFSETS_AS_GIVEN = Int32(0)
const PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN = Int32(1)

const PPATCH_ADJOINT_OVERWRITE = Int32(0)
const PPATCH_ADJOINT_ACCUMULATE = Int32(1)

struct ppatch_patch_plan end

Base.@kwdef struct ppatch_patch_options
    struct_size::UInt32 = sizeof(ppatch_patch_options)
    interpolation::Int32 = 0
    patch_height::Int64 = 0
    patch_width::Int64 = 0
    boundary::Int32 = 0
    anchor::Int32 = 0
    axes::Int32 = 0
    sign::Int32 = 0
    layout::Int32 = 0
    algorithm::Int32 = 0
    group_size::Int64 = 0
    local_offsets::Int32 = 0
    reserved::Int32 = 0
    constant_real::Float64 = 0
    constant_imag::Float64 = 0
    jitter_sigma::Float64 = 0
    jitter_seed::UInt64 = 0
    position_capacity::Int64 = 0
end

Base.@kwdef struct ppatch_patch_plan_info
    struct_size::UInt32 = sizeof(ppatch_patch_plan_info)
    algorithm::Int32 = 0
    position_count::Int64 = 0
    position_capacity::Int64 = 0
    bytes::UInt64 = 0
end

ppatch_patch_plan_bytes(context, position_count, options, bytes) =
    ccall((:ppatch_patch_plan_bytes, library), Int32,
          (Ptr{ppatch_context}, Int64, Ptr{ppatch_patch_options}, Ptr{UInt64}),
          context, position_count, options, bytes)
ppatch_patch_plan_create(plan, context, positions, options) =
    ccall((:ppatch_patch_plan_create, library), Int32,
          (Ptr{Ptr{ppatch_patch_plan}}, Ptr{ppatch_context}, Ptr{ppatch_array},
           Ptr{ppatch_patch_options}),
          plan, context, positions, options)
ppatch_patch_plan_destroy(plan) =
    ccall((:ppatch_patch_plan_destroy, library), Cvoid, (Ptr{ppatch_patch_plan},), plan)
ppatch_patch_plan_set_positions(plan, positions) =
    ccall((:ppatch_patch_plan_set_positions, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}),
          plan, positions)
ppatch_patch_plan_set_positions_split(plan, integer, fraction) =
    ccall((:ppatch_patch_plan_set_positions_split, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, integer, fraction)
ppatch_patch_plan_set_image_index(plan, index) =
    ccall((:ppatch_patch_plan_set_image_index, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}),
          plan, index)
ppatch_patch_plan_set_stream(plan, stream) =
    ccall((:ppatch_patch_plan_set_stream, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{Cvoid}),
          plan, stream)
ppatch_patch_plan_get_positions(plan, positions) =
    ccall((:ppatch_patch_plan_get_positions, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}),
          plan, positions)
ppatch_patch_plan_get_info(plan, info) =
    ccall((:ppatch_patch_plan_get_info, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_patch_plan_info}),
          plan, info)
ppatch_patch_extract(plan, image, patches) =
    ccall((:ppatch_patch_extract, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, image, patches)
ppatch_patch_adjoint(plan, patches, image, coverage, flags) =
    ccall((:ppatch_patch_adjoint, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array},
           UInt32),
          plan, patches, image, coverage, flags)
ppatch_patch_assemble(plan, patches, image, coverage, eps) =
    ccall((:ppatch_patch_assemble, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array},
           Float64),
          plan, patches, image, coverage, eps)
ppatch_patch_position_gradient(plan, image, cotangent, gradient, curvature) =
    ccall((:ppatch_patch_position_gradient, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array},
           Ptr{ppatch_array}),
          plan, image, cotangent, gradient, curvature)
ppatch_patch_probe_extract(plan, image, probe, waves) =
    ccall((:ppatch_patch_probe_extract, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, image, probe, waves)
ppatch_patch_probe_adjoint_image(plan, waves, probe, image, coverage, flags) =
    ccall((:ppatch_patch_probe_adjoint_image, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array},
           Ptr{ppatch_array}, UInt32),
          plan, waves, probe, image, coverage, flags)
ppatch_patch_probe_adjoint_probe(plan, image, waves, probe, flags) =
    ccall((:ppatch_patch_probe_adjoint_probe, library), Int32,
          (Ptr{ppatch_patch_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array},
           UInt32),
          plan, image, waves, probe, flags)
