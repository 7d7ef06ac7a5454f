# SPDX-License-Identifier: Apache-2.0
# Registration: registration.h.

const PPATCH_METHOD_ML = Int32(0)
const PPATCH_METHOD_PHASE = Int32(1)
const PPATCH_METHOD_CROSS = Int32(2)
const PPATCH_METHOD_PER_PLANE = Int32(3)

const PPATCH_SHIFT_SIGN_REGISTER = Int32(0)
const PPATCH_SHIFT_SIGN_DISPLACEMENT = Int32(1)

const PPATCH_EXTENT_LINEAR = Int32(0)
const PPATCH_EXTENT_CIRCULAR = Int32(1)

const PPATCH_SWITCH_AUTO = Int32(0)
const PPATCH_SWITCH_ON = Int32(1)
const PPATCH_SWITCH_OFF = Int32(2)

const PPATCH_PLANE_AVERAGE_MEDIAN = Int32(0)
const PPATCH_PLANE_AVERAGE_MEAN = Int32(1)

const PPATCH_SHIFT_STATUS_OK = Int32(0)
const PPATCH_SHIFT_STATUS_FLAT = Int32(1)
const PPATCH_SHIFT_STATUS_SATURATED = Int32(2)
const PPATCH_SHIFT_STATUS_NOT_FINITE = Int32(3)
const PPATCH_SHIFT_STATUS_TOO_SMALL = Int32(4)
const PPATCH_SHIFT_STATUS_UNRELATED = Int32(5)
const PPATCH_SHIFT_STATUS_NOT_CONVERGED = Int32(6)
const PPATCH_SHIFT_STATUS_REFERENCE = Int32(7)

const PPATCH_SHIFT_FLAG_ZERO_LAG = Int32(1)
const PPATCH_SHIFT_FLAG_FIXED_ROWS = Int32(2)
const PPATCH_SHIFT_FLAG_FIXED_COLUMNS = Int32(4)

struct ppatch_scene_plan end

Base.@kwdef struct ppatch_cfa
    height::Int32 = 0
    width::Int32 = 0
    colour::NTuple{36, UInt8} = ntuple(_ -> 0, 36)
    reserved::NTuple{4, UInt8} = ntuple(_ -> 0, 4)
end

Base.@kwdef struct ppatch_scene_image
    pixels::ppatch_array = ppatch_array()
    mask::ppatch_array = ppatch_array()
    black::NTuple{4, Float64} = ntuple(_ -> 0, 4)
    white::Float64 = 0
    own_levels::Int32 = 0
    reserved::Int32 = 0
end

Base.@kwdef struct ppatch_scene_options
    struct_size::UInt32 = sizeof(ppatch_scene_options)
    method::Int32 = 0
    height::Int64 = 0
    width::Int64 = 0
    cfa::ppatch_cfa = ppatch_cfa()
    black::NTuple{4, Float64} = ntuple(_ -> 0, 4)
    white::Float64 = 0
    max_shift::NTuple{2, Int64} = ntuple(_ -> 0, 2)
    sign::Int32 = 0
    extent::Int32 = 0
    hot_pixels::Int32 = 0
    fixed_pattern::Int32 = 0
    plane_average::Int32 = 0
    upsample::Int32 = 0
    overlap_ratio::Float64 = 0
    reserved::NTuple{2, Float64} = ntuple(_ -> 0, 2)
end

Base.@kwdef struct ppatch_shift
    shift::NTuple{2, Float64} = ntuple(_ -> 0, 2)
    covariance::NTuple{3, Float64} = ntuple(_ -> 0, 3)
    lattice_shift::NTuple{2, Int64} = ntuple(_ -> 0, 2)
    lattice_residual::NTuple{2, Float64} = ntuple(_ -> 0, 2)
    peak::Float64 = 0
    second_peak_ratio::Float64 = 0
    coherence::Float64 = 0
    residual::Float64 = 0
    gain::Float64 = 0
    common_height::Int64 = 0
    common_width::Int64 = 0
    status::Int32 = 0
    flags::UInt32 = 0
    iterations::Int32 = 0
    backend::Int32 = 0
    reserved::NTuple{6, Float64} = ntuple(_ -> 0, 6)
end

Base.@kwdef struct ppatch_scene_plan_info
    struct_size::UInt32 = sizeof(ppatch_scene_plan_info)
    method::Int32 = 0
    bytes::UInt64 = 0
end

Base.@kwdef struct ppatch_common_area
    reference_y::Int64 = 0
    reference_x::Int64 = 0
    moving_y::Int64 = 0
    moving_x::Int64 = 0
    height::Int64 = 0
    width::Int64 = 0
end

Base.@kwdef struct ppatch_resample_options
    struct_size::UInt32 = sizeof(ppatch_resample_options)
    interpolation::Int32 = 0
    boundary::Int32 = 0
    period::Int32 = 0
    gain::Float64 = 0
    constant::Float64 = 0
end

Base.@kwdef struct ppatch_mask_options
    struct_size::UInt32 = sizeof(ppatch_mask_options)
    reserved::Int32 = 0
    gain::Float64 = 0
    clip_bound::Float64 = 0
    threshold::Float64 = 0
    quantile::Float64 = 0
end

ppatch_shift_status_string(status) =
    ccall((:ppatch_shift_status_string, library), Ptr{Cchar}, (Int32,), status)
ppatch_scene_plan_bytes(context, options, bytes) =
    ccall((:ppatch_scene_plan_bytes, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_scene_options}, Ptr{UInt64}),
          context, options, bytes)
ppatch_scene_plan_create(plan, context, options) =
    ccall((:ppatch_scene_plan_create, library), Int32,
          (Ptr{Ptr{ppatch_scene_plan}}, Ptr{ppatch_context}, Ptr{ppatch_scene_options}),
          plan, context, options)
ppatch_scene_plan_destroy(plan) =
    ccall((:ppatch_scene_plan_destroy, library), Cvoid, (Ptr{ppatch_scene_plan},), plan)
ppatch_scene_plan_borrow_reference(plan, reference) =
    ccall((:ppatch_scene_plan_borrow_reference, library), Int32,
          (Ptr{ppatch_scene_plan}, Ptr{ppatch_scene_image}),
          plan, reference)
ppatch_scene_plan_align(plan, count, images, results) =
    ccall((:ppatch_scene_plan_align, library), Int32,
          (Ptr{ppatch_scene_plan}, Int64, Ptr{ppatch_scene_image}, Ptr{ppatch_shift}),
          plan, count, images, results)
ppatch_scene_plan_get_info(plan, info) =
    ccall((:ppatch_scene_plan_get_info, library), Int32,
          (Ptr{ppatch_scene_plan}, Ptr{ppatch_scene_plan_info}),
          plan, info)
ppatch_cfa_parse(letters, cfa) =
    ccall((:ppatch_cfa_parse, library), Int32, (Ptr{Cchar}, Ptr{ppatch_cfa}), letters, cfa)
ppatch_cfa_round(cfa, shift, lattice) =
    ccall((:ppatch_cfa_round, library), Int32,
          (Ptr{ppatch_cfa}, Ptr{Float64}, Ptr{Int64}),
          cfa, shift, lattice)
ppatch_common_area_of(reference_shape, moving_shape, shift, area) =
    ccall((:ppatch_common_area_of, library), Int32,
          (Ptr{Int64}, Ptr{Int64}, Ptr{Int64}, Ptr{ppatch_common_area}),
          reference_shape, moving_shape, shift, area)
ppatch_image_shift(context, image, shift, options, out) =
    ccall((:ppatch_image_shift, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_array}, Ptr{Float64},
           Ptr{ppatch_resample_options}, Ptr{ppatch_array}),
          context, image, shift, options, out)
ppatch_mosaic_normalise(context, cfa, image, out) =
    ccall((:ppatch_mosaic_normalise, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_cfa}, Ptr{ppatch_scene_image}, Ptr{ppatch_array}),
          context, cfa, image, out)
ppatch_mosaic_bin(context, cfa, image, out) =
    ccall((:ppatch_mosaic_bin, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_cfa}, Ptr{ppatch_scene_image}, Ptr{ppatch_array}),
          context, cfa, image, out)
ppatch_pair_gain(context, anchor, target, gain) =
    ccall((:ppatch_pair_gain, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{Float64}),
          context, anchor, target, gain)
ppatch_pair_loss(context, anchor, target, gain, loss) =
    ccall((:ppatch_pair_loss, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_array}, Ptr{ppatch_array}, Float64, Ptr{Float64}),
          context, anchor, target, gain, loss)
ppatch_pair_mask(context, anchor, target, options, mask, mask_mean) =
    ccall((:ppatch_pair_mask, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_array}, Ptr{ppatch_array},
           Ptr{ppatch_mask_options}, Ptr{ppatch_array}, Ptr{Float64}),
          context, anchor, target, options, mask, mask_mean)
