# SPDX-License-Identifier: Apache-2.0

"""
The answer for one moving image. `shift` is (dy, dx): moved by it, along the second and the first
axis of an array (W, H), the moving image lies on the reference. `status` is `:ok`, or why there is no
answer; the C header `registration.h` explains each member.
"""
struct Shift
    shift::NTuple{2, Float64}
    covariance::Matrix{Float64}
    lattice_shift::NTuple{2, Int64}
    lattice_residual::NTuple{2, Float64}
    peak::Float64
    second_peak_ratio::Float64
    coherence::Float64
    residual::Float64
    gain::Float64
    false_alarm::Float64
    ambiguity::Float64
    common_shape::NTuple{2, Int64}
    status::Symbol
    zero_lag::Bool
    fixed_rows::Bool
    fixed_columns::Bool
    moving::Bool
    iterations::Int
end

status_symbol(status) =
    Symbol(replace(unsafe_string(CApi.ppatch_shift_status_string(status)), '-' => '_'))

function Shift(s::CApi.ppatch_shift)
    yy, yx, xx = s.covariance
    return Shift(s.shift, [yy yx; yx xx], s.lattice_shift, s.lattice_residual, s.peak,
                 s.second_peak_ratio, s.coherence, s.residual, s.gain, s.false_alarm, s.ambiguity,
                 (s.common_height, s.common_width), status_symbol(s.status),
                 s.flags & CApi.PPATCH_SHIFT_FLAG_ZERO_LAG != 0,
                 s.flags & CApi.PPATCH_SHIFT_FLAG_FIXED_ROWS != 0,
                 s.flags & CApi.PPATCH_SHIFT_FLAG_FIXED_COLUMNS != 0,
                 s.flags & CApi.PPATCH_SHIFT_FLAG_MOVING != 0, s.iterations)
end

levels_of(black::Real) = ntuple(_ -> Float64(black), 4)
levels_of(black) = NTuple{4, Float64}(black)

function cfa_of(letters::AbstractString)
    cfa = Ref(CApi.ppatch_cfa())
    isempty(letters) || check(CApi.ppatch_cfa_parse(letters, cfa))
    return cfa[]
end

# An image for the library, with its levels where they are not the plan's, and what must stay alive
# while it is used.
function scene_image(pixels, mask, black, white)
    pixels = View(pixels)
    mask = mask === nothing ? nothing : View(mask)
    described = CApi.ppatch_scene_image(;
        pixels = pixels.described[],
        mask = mask === nothing ? CApi.ppatch_array() : mask.described[],
        black = black === nothing ? levels_of(0) : levels_of(black),
        white = black === nothing ? 0.0 : white,
        own_levels = black !== nothing)
    return described, (pixels, mask)
end

function scene_options(width, height; cfa = "", black = 0.0, white = 0.0, method::Symbol = :ml,
                       max_shift = 0, sign::Symbol = :register, extent::Symbol = :linear,
                       hot_pixels::Symbol = :auto, fixed_pattern::Symbol = :auto,
                       plane_average::Symbol = :median, upsample = 1, overlap_ratio = 0.0,
                       false_alarm_limit = 0.0, ambiguity_limit = 0.0, motion::Symbol = :none,
                       motion_search::Symbol = :none)
    return CApi.ppatch_scene_options(;
        method = number_of("method", method, CApi.method_choices),
        height, width,
        cfa = cfa_of(cfa),
        black = levels_of(black),
        white,
        max_shift = pair_of(max_shift),
        sign = number_of("sign", sign, CApi.shift_sign_choices),
        extent = number_of("extent", extent, CApi.extent_choices),
        hot_pixels = number_of("hot_pixels", hot_pixels, CApi.switch_choices),
        fixed_pattern = number_of("fixed_pattern", fixed_pattern, CApi.switch_choices),
        plane_average = number_of("plane_average", plane_average, CApi.plane_average_choices),
        upsample, overlap_ratio, false_alarm_limit, ambiguity_limit,
        motion = number_of("motion", motion, CApi.motion_model_choices),
        motion_search = number_of("motion_search", motion_search, CApi.motion_search_choices))
end

"""
    Scene(reference; mask = nothing, options...)

A reference `(W, H)`, UInt16, Float32 or Float64, and the memory to [`align`](@ref) one image after
another onto it. The reference is used where it lies: leave it as it is.

Options, which `registration.h` explains: `cfa` (the colours of a mosaic row by row, "RGGB"), `black`
(a number or four), `white`, `method` ($(listed(CApi.method_choices))), `max_shift` (a number
or (dy, dx)), `sign` ($(listed(CApi.shift_sign_choices))),
`extent` ($(listed(CApi.extent_choices))), `hot_pixels` and `fixed_pattern`
($(listed(CApi.switch_choices))), `plane_average` ($(listed(CApi.plane_average_choices))),
`upsample`, `overlap_ratio`, `false_alarm_limit`, `ambiguity_limit`,
`motion` ($(listed(CApi.motion_model_choices)): what [`measure_motion`](@ref) fits),
`motion_search` ($(listed(CApi.motion_search_choices)); `:rotation`: any rotation with scales of
1/2 to 2, on the CPU), `context`. `mask` leaves the pixels out where it is 0.
"""
mutable struct Scene
    handle::Ptr{CApi.ppatch_scene_plan}
    reference::Any

    function Scene(reference::AbstractMatrix; mask = nothing, context = default_context(), options...)
        handle = Ref{Ptr{CApi.ppatch_scene_plan}}(C_NULL)
        check(CApi.ppatch_scene_plan_create(handle, context,
                                            Ref(scene_options(size(reference)...; options...))))
        destroy(scene) = CApi.ppatch_scene_plan_destroy(scene.handle)
        scene = finalizer(destroy, new(handle[], nothing))
        borrow_reference!(scene, reference; mask)
        return scene
    end
end

"Another reference, no larger than the first, with levels of its own where `black` is given."
function borrow_reference!(scene::Scene, reference::AbstractMatrix; mask = nothing, black = nothing,
                           white = 0.0)
    image, held = scene_image(reference, mask, black, white)
    GC.@preserve held check(CApi.ppatch_scene_plan_borrow_reference(scene.handle, Ref(image)))
    scene.reference = held
    return scene
end

# Images for the library, with a mask for all or one for each, and what must stay alive meanwhile.
function scene_images(moving, mask, black, white)
    masks = mask isa AbstractVector ? mask : fill(mask, length(moving))
    length(masks) == length(moving) ||
        throw(ArgumentError("mask: expected one for each of $(length(moving)) images, got " *
                            "$(length(masks))"))
    given = [scene_image(moving[j], masks[j], black, white) for j in eachindex(moving)]
    return CApi.ppatch_scene_image[image for (image, _) in given], given
end

"""
    align(scene, moving; mask = nothing, black = nothing, white = 0.0)
    align(reference, moving; mask = nothing, moving_mask = nothing, options...)

The [`Shift`](@ref) of an image, or of each of a vector of images, onto the reference, which is a
[`Scene`](@ref) or an image with its options.
"""
align(scene::Scene, moving::AbstractMatrix; mask = nothing, black = nothing, white = 0.0) =
    only(align(scene, [moving]; mask, black, white))

function align(scene::Scene, moving::AbstractVector; mask = nothing, black = nothing, white = 0.0)
    images, held = scene_images(moving, mask, black, white)
    shifts = Vector{CApi.ppatch_shift}(undef, length(images))
    GC.@preserve held scene begin
        check(CApi.ppatch_scene_plan_align(scene.handle, length(images), images, shifts))
    end
    return Shift.(shifts)
end

"""
The shift of one tile of an image: where the tile's middle is, the shift there with its covariance,
and what is left of it beside the model's; `moving` where it contradicts the model.
"""
struct TileShift
    centre::NTuple{2, Float64}
    shift::NTuple{2, Float64}
    covariance::Matrix{Float64}
    residual::NTuple{2, Float64}
    coherence::Float64
    status::Symbol
    blind::Bool
    moving::Bool
end

function TileShift(t::CApi.ppatch_tile_shift)
    yy, yx, xx = t.covariance
    return TileShift(t.centre, t.shift, [yy yx; yx xx], t.residual, t.coherence,
                     status_symbol(t.status), t.flags & CApi.PPATCH_SHIFT_FLAG_BLIND != 0,
                     t.flags & CApi.PPATCH_SHIFT_FLAG_MOVING != 0)
end

"""
How the content of one image has moved: at x, (y, x) as the C header `motion.h` counts them, the shift
is `shift + (matrix - I) * (x - centre)`. `covariance` is of (dy, dx, yy, yx, xy, xx), `chi_square` of
translation, similarity and affine, per degree of freedom; `image_shift` is the [`Shift`](@ref). Content turns by `rotation` degrees from
the reference to the image, counterclockwise as an image is seen whose rows go down, and grows by
`scale`.
"""
struct Motion
    image_shift::Shift
    model::Symbol
    status::Symbol
    centre::NTuple{2, Float64}
    shift::NTuple{2, Float64}
    matrix::Matrix{Float64}
    covariance::Matrix{Float64}
    chi_square::NTuple{3, Float64}
    contradiction::Float64
    tiles_used::Int
    tiles_rejected::Int
    tile_size::Int
    tiles::Vector{TileShift}
    rotation::Float64
    scale::Float64
end

model_symbol(model) = name_of(model, CApi.motion_model_choices)

function Motion(shift::CApi.ppatch_shift, m::CApi.ppatch_scene_motion, tiles)
    yy, yx, xy, xx = m.matrix
    return Motion(Shift(shift), model_symbol(m.model), status_symbol(m.status), m.centre, m.shift, [yy yx; xy xx],
                  reshape(collect(m.covariance), 6, 6), m.chi_square, m.contradiction,
                  m.tiles_used, m.tiles_rejected, m.tile_size, TileShift.(tiles), m.rotation,
                  m.scale)
end

"""
    measure_motion(scene, moving; mask = nothing, black = nothing, white = 0.0)

The [`Motion`](@ref) of an image, or of each of a vector of images: tiles of them are aligned, and the
scene's option `motion` says what is fitted to their shifts.
"""
measure_motion(scene::Scene, moving::AbstractMatrix; mask = nothing, black = nothing, white = 0.0) =
    only(measure_motion(scene, [moving]; mask, black, white))

function measure_motion(scene::Scene, moving::AbstractVector; mask = nothing, black = nothing,
                        white = 0.0)
    images, held = scene_images(moving, mask, black, white)
    info = Ref(CApi.ppatch_scene_plan_info())
    check(CApi.ppatch_scene_plan_get_info(scene.handle, info))
    capacity = Int(info[].max_tiles)
    shifts = Vector{CApi.ppatch_shift}(undef, length(images))
    motions = Vector{CApi.ppatch_scene_motion}(undef, length(images))
    tiles = Matrix{CApi.ppatch_tile_shift}(undef, capacity, length(images))
    GC.@preserve held scene begin
        check(CApi.ppatch_scene_plan_measure_motion(scene.handle, length(images), images, shifts,
                                                    motions, capacity, tiles))
    end
    return [Motion(shifts[j], motions[j], tiles[1:motions[j].tile_count, j])
            for j in eachindex(motions)]
end

align(reference::AbstractMatrix, moving; mask = nothing, moving_mask = nothing, options...) =
    align(Scene(reference; mask, options...), moving; mask = moving_mask)

"Bytes of scratch that a scene holds."
function bytes_held(scene::Scene)
    info = Ref(CApi.ppatch_scene_plan_info())
    check(CApi.ppatch_scene_plan_get_info(scene.handle, info))
    return Int(info[].bytes)
end

"""
    scene_plan_bytes(size; options...)

Bytes of scratch that a [`Scene`](@ref) for references of this size, (W, H), holds.
"""
function scene_plan_bytes(size; context = default_context(), options...)
    bytes = Ref(UInt64(0))
    check(CApi.ppatch_scene_plan_bytes(context, Ref(scene_options(size...; options...)), bytes))
    return Int(bytes[])
end
