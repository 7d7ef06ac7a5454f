# SPDX-License-Identifier: Apache-2.0
# What is done with a shift, and what is measured on a pair of images that lie on each other.

float_type(::Type{T}) where {T} = T <: AbstractFloat ? T : Float32

function resample_options(; interpolation::Symbol = :bilinear, boundary::Symbol = :zero,
                          constant = 0.0, period = 1, gain = 1.0, sign::Symbol = :register)
    return CApi.ppatch_resample_options(;
        interpolation = number_of("interpolation", interpolation, CApi.interpolation_choices),
        boundary = number_of("boundary", boundary, CApi.boundary_choices), period, gain, constant,
        sign = number_of("sign", sign, CApi.shift_sign_choices))
end

"""
    image_luminance(image, weights = nothing; white = 0, out)

One channel of several: the sum of `w[c] * image[:, :, c]` over an image `(W, H, C)`, UInt8, UInt16, Int16,
Float32 or Float64, `w` being the weights over their sum; by default, of red, green and blue, the luminance of
Rec. 709. An interleaved `(C, W, H)` is taken as `PermutedDimsArray(image, (2, 3, 1))`. A pixel with a channel at
or above `white` becomes white; 0: none does.
"""
function image_luminance(image, weights = nothing; white = 0.0, out = nothing,
                         context = default_context())
    ndims(image) == 3 || throw(ArgumentError("image: expected (W, H, C), got $(size(image))"))
    if weights !== nothing && length(weights) != size(image, 3)
        throw(ArgumentError("weights: expected $(size(image, 3)), got $(length(weights))"))
    end
    given = weights === nothing ? C_NULL : collect(Float64, weights)
    single = array_or_new(out, float_type(eltype(image)), size(image)[1:2])
    # The last axis of an array is the first of its description: C is the last of the library's.
    channels = PermutedDimsArray(image, (3, 1, 2))
    check(CApi.ppatch_image_luminance(context, View(channels), given, white, View(single)))
    return single
end

"""
    image_shift(image, shift; size, interpolation, boundary, constant, period = 1, gain = 1,
                sign = :register, out)

Moves an image `(W, H)` or `(W, H, C)`, UInt16, Float32 or Float64, by (dy, dx), as [`align`](@ref)
gives it: gain * image at (y - dy, x - dx). `interpolation` and `boundary` are those of
[`extract`](@ref). With `period` 2 (Bayer) or 6 (X-Trans) a mosaic keeps its colours. `size` is (w, h)
of the result, by default the image's; `sign` that of the shift.
"""
function image_shift(image, shift; size = Base.size(image)[1:2], out = nothing,
                     context = default_context(), options...)
    options = resample_options(; options...)
    moved = array_or_new(out, eltype(image), (size..., Base.size(image)[3:end]...))
    check(CApi.ppatch_image_shift(context, View(image), collect(Float64, shift), Ref(options),
                                  View(moved)))
    return moved
end

"""
    affine_motion(shift, matrix, centre)

A [`Motion`](@ref) for [`image_warp`](@ref) that nobody measured: vectors are (y, x), the matrix is
`[yy yx; xy xx]`.
"""
function affine_motion(shift, matrix, centre)
    yy, xy, yx, xx = matrix
    motion = CApi.ppatch_scene_motion(; model = CApi.PPATCH_MOTION_MODEL_AFFINE,
                                      centre = NTuple{2, Float64}(centre),
                                      shift = NTuple{2, Float64}(shift),
                                      matrix = (yy, yx, xy, xx))
    return Motion(CApi.ppatch_shift(), motion, CApi.ppatch_tile_shift[])
end

"""
    image_warp(image, motion; size, interpolation, boundary, constant, period = 1, gain = 1,
               sign = :register, out)

Lays a moving image onto the reference, as a [`Motion`](@ref) that is `:ok` says that content has moved:
gain * image at x - d(x), d(x) being the motion's shift at x, and what the tiles of a field have beyond
it. `sign` is that of the [`Scene`](@ref) that measured it; the rest is as of [`image_shift`](@ref).
"""
function image_warp(image, motion::Motion; size = Base.size(image)[1:2], out = nothing,
                    context = default_context(), options...)
    options = resample_options(; options...)
    yy, xy, yx, xx = motion.matrix
    described = CApi.ppatch_scene_motion(; model = CApi.motion_model_choices[motion.model],
                                         status = CApi.shift_status_choices[motion.status],
                                         centre = motion.centre, shift = motion.shift,
                                         matrix = (yy, yx, xy, xx))
    tiles = motion.model === :field ? tile_of.(motion.tiles) : CApi.ppatch_tile_shift[]
    warped = array_or_new(out, eltype(image), (size..., Base.size(image)[3:end]...))
    check(CApi.ppatch_image_warp(context, View(image), Ref(described), length(tiles), tiles,
                                 Ref(options), View(warped)))
    return warped
end

tile_of(tile::TileShift) = CApi.ppatch_tile_shift(;
    centre = tile.centre, shift = tile.shift, status = CApi.shift_status_choices[tile.status],
    flags = (tile.blind ? CApi.PPATCH_SHIFT_FLAG_BLIND : 0) |
            (tile.moving ? CApi.PPATCH_SHIFT_FLAG_MOVING : 0))

"""
    common_area(reference_size, moving_size, shift)

Where images of these sizes, (W, H), overlap once the moving one is moved by the integer shift (dy, dx):
the ranges of the axes of each, `(reference, moving)`, empty for none. `reference[area.reference...]`
lies on `moving[area.moving...]`.
"""
function common_area(reference_size, moving_size, shift)
    area = Ref(CApi.ppatch_common_area())
    extents(size) = Int64[size[2], size[1]]
    check(CApi.ppatch_common_area_of(extents(reference_size), extents(moving_size),
                                     collect(Int64, shift), area))
    found = area[]
    ranges(y, x) = ((x + 1):(x + found.width), (y + 1):(y + found.height))
    return (reference = ranges(found.reference_y, found.reference_x),
            moving = ranges(found.moving_y, found.moving_x))
end

"""
    cfa_round(shift, cfa = "")

The shift nearest to (dy, dx) that moves every colour of a mosaic onto the same colour.
"""
function cfa_round(shift, cfa = "")
    lattice = zeros(Int64, 2)
    check(CApi.ppatch_cfa_round(Ref(cfa_of(cfa)), collect(Float64, shift), lattice))
    return (lattice[1], lattice[2])
end

"""
    cfa_block(cfa = "")

The side b of the blocks of b x b pixels that hold every colour of a mosaic: 1 without one, 2 for Bayer,
3 for X-Trans.
"""
function cfa_block(cfa = "")
    block = Ref(Int64(0))
    check(CApi.ppatch_cfa_block(Ref(cfa_of(cfa)), block))
    return block[]
end

function mosaic(operator, image, cfa, black, white, out, context)
    described, held = scene_image(image, nothing, black, white)
    GC.@preserve held check(operator(context, Ref(cfa_of(cfa)), Ref(described), View(out)))
    return out
end

"""
    mosaic_normalise(image, cfa = ""; black, white, out)

(image - black) / (white - black) of a mosaic `(W, H)`, black by the pixel's colour: a number or four.
"""
function mosaic_normalise(image, cfa = ""; black, white, out = nothing, context = default_context())
    normalised = array_or_new(out, float_type(eltype(image)), size(image))
    return mosaic(CApi.ppatch_mosaic_normalise, image, cfa, black, white, normalised, context)
end

"""
    mosaic_bin(image, cfa; black, white, out)

The same, averaged by colour over the blocks of [`cfa_block`](@ref): `(W ÷ b, H ÷ b, 3)`.
"""
function mosaic_bin(image, cfa; black, white, out = nothing, context = default_context())
    binned = array_or_new(out, float_type(eltype(image)), (size(image) .÷ cfa_block(cfa)..., 3))
    return mosaic(CApi.ppatch_mosaic_bin, image, cfa, black, white, binned, context)
end

"""
    pair_gain(anchor, target)

mean(anchor) / mean(target); arrays of one size, `(W, H)` or `(W, H, C)`, Float32 or Float64.
"""
function pair_gain(anchor, target; context = default_context())
    gain = Ref(0.0)
    check(CApi.ppatch_pair_gain(context, View(anchor), View(target), gain))
    return gain[]
end

"""
    pair_loss(anchor, target; gain = 0)

mean |anchor - gain target|; gain 0 is that of [`pair_gain`](@ref).
"""
function pair_loss(anchor, target; gain = 0.0, context = default_context())
    loss = Ref(0.0)
    check(CApi.ppatch_pair_loss(context, View(anchor), View(target), gain, loss))
    return loss[]
end

"""
    pair_mask(anchor, target; gain = 0, clip_bound = 0, threshold = 0, quantile = 0, out)

`(mask, mean)`: which pixels of an aligned pair agree, `(W, H)` UInt8, and how much of it is 1. The C
header `pairs.h` says how, and what 0 means.
"""
function pair_mask(anchor, target; gain = 0.0, clip_bound = 0.0, threshold = 0.0, quantile = 0.0,
                   out = nothing, context = default_context())
    options = CApi.ppatch_mask_options(; gain, clip_bound, threshold, quantile)
    mask = array_or_new(out, UInt8, size(anchor)[1:2])
    mean = Ref(0.0)
    check(CApi.ppatch_pair_mask(context, View(anchor), View(target), Ref(options), View(mask), mean))
    return mask, mean[]
end

"""
    pair_measure(anchor, target, cfa = ""; black, white, target_black = black, target_white = white,
                 gain = 0, clip_bound = 0, threshold = 0, quantile = 0, out)

`(raw_gain, rgb_gain, loss, mask_mean, mask)` of an aligned pair of raw images `(W, H)`: what
[`mosaic_normalise`](@ref), [`mosaic_bin`](@ref), [`pair_gain`](@ref), [`pair_loss`](@ref) and
[`pair_mask`](@ref) give one after the other, with no image in between. NaN is what cannot be measured.
"""
function pair_measure(anchor, target, cfa = ""; black, white, target_black = black,
                      target_white = white, gain = 0.0, clip_bound = 0.0, threshold = 0.0,
                      quantile = 0.0, out = nothing, context = default_context())
    options = CApi.ppatch_mask_options(; gain, clip_bound, threshold, quantile)
    mask = array_or_new(out, UInt8, size(anchor) .÷ cfa_block(cfa))
    onto, held_anchor = scene_image(anchor, nothing, black, white)
    from, held_target = scene_image(target, nothing, target_black, target_white)
    measures = Ref(CApi.ppatch_pair_measures())
    GC.@preserve held_anchor held_target check(CApi.ppatch_pair_measure(
        context, Ref(cfa_of(cfa)), Ref(onto), Ref(from), Ref(options), View(mask), measures))
    found = measures[]
    return (; found.raw_gain, found.rgb_gain, found.loss, found.mask_mean, mask)
end
