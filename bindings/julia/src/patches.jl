# SPDX-License-Identifier: Apache-2.0

function patch_options(width, height; interpolation::Symbol = :bilinear, boundary::Symbol = :zero,
                       constant = 0, anchor::Symbol = :corner, axes::Symbol = :yx,
                       sign::Symbol = :window, layout::Symbol = :flat, group_size = 1,
                       local_offsets::Symbol = :as_given, subpixel::Symbol = :object,
                       halves::Symbol = :up, jitter = 0.0,
                       seed = 0)
    return CApi.ppatch_patch_options(;
        interpolation = number_of("interpolation", interpolation, CApi.interpolation_choices),
        patch_height = height,
        patch_width = width,
        boundary = number_of("boundary", boundary, CApi.boundary_choices),
        anchor = number_of("anchor", anchor, CApi.anchor_choices),
        axes = number_of("axes", axes, CApi.axes_choices),
        sign = number_of("sign", sign, CApi.sign_choices),
        layout = number_of("layout", layout, CApi.layout_choices),
        group_size = group_size,
        local_offsets = number_of("local_offsets", local_offsets, CApi.local_offsets_choices),
        halves = number_of("halves", halves, CApi.halves_choices),
        constant_real = real(constant),
        constant_imag = imag(constant),
        jitter_sigma = jitter,
        jitter_seed = seed,
        subpixel = number_of("subpixel", subpixel, CApi.subpixel_choices))
end

# The array that says how many positions there are: of a pair, the integer part.
integer_part(positions) = positions
integer_part((integer, fraction)::Tuple) = integer

# Runs body(plan) with a plan for the positions.
function with_patch_plan(body, context, positions, image_index, options)
    handle = Ref{Ptr{CApi.ppatch_patch_plan}}(C_NULL)
    split = positions isa Tuple
    first = View(split ? Float64.(integer_part(positions)) : positions)
    check(CApi.ppatch_patch_plan_create(handle, context, first, Ref(options)))
    try
        split && check(CApi.ppatch_patch_plan_set_positions_split(
            handle[], View(convert(AbstractArray{Int32}, positions[1])), View(positions[2])))
        if image_index !== nothing
            index = Int64.(image_index) .- 1
            check(CApi.ppatch_patch_plan_set_image_index(handle[], View(index)))
        end
        check(body(handle[]))
        check(CApi.ppatch_context_synchronize(context))
    finally
        CApi.ppatch_patch_plan_destroy(handle[])
    end
end

count_of(positions) = prod(size(integer_part(positions))[2:end])

# The axis that images add to patches.
batch_of(image, image_index) = image_index === nothing ? size(image)[3:end] : ()

# (w, h) of an array of patches.
function patch_size_of(patches, layout)
    first = layout === :channel_last ? 2 : 1
    ndims(patches) >= first + 1 ||
        throw(ArgumentError("expected patches of the layout $layout, got the size $(size(patches))"))
    return size(patches)[first:(first + 1)]
end

# The size of patches, or with a probe of waves.
function patches_size((width, height), count, modes, layout, group_size)
    groups = count ÷ group_size
    layout === :flat && return (width, height, modes..., count)
    layout === :channel_last && return (group_size, width, height, modes..., groups)
    return (width, height, modes..., group_size, groups)
end

modes_of(::Nothing) = ()
modes_of(probe) = (size(probe, 3),)

array_or_new(given, type, size) = given === nothing ? Array{type}(undef, size) : given
weights_or_nothing(given::Bool, type, size) = given ? Array{type}(undef, size) : nothing
weights_or_nothing(given::AbstractArray, type, size) = given

"""
    extract(image, positions, patch_size; options...)

Extracts a patch at every position: `(w, h, K)` of an image `(W, H)` at positions `(2, K)` in pixels.

# Arguments
- `image`: `(W, H)`, or `(W, H, M)` for M images.
- `positions`: `(2, K)`, or `(2, c, B)`, Float32 or Float64; or a pair of such arrays, `(integer part,
  fraction)`, for large images.
- `patch_size`: an integer or `(w, h)`.
- `probe`: `(w, h, modes)`, or `(w, h, modes, K)`; the result is then exit waves, patches times each
  mode, `(w, h, modes, K)`.
- `image_index`: the image of each position, from 1. Without it every position is extracted from every
  image, and M is the last axis of the result.
- `out`: where to write.
- `context`

The options of all functions of patches; the C header `patches.h` says what they mean:
`interpolation` ($(listed(CApi.interpolation_choices))),
`boundary` ($(listed(CApi.boundary_choices))), `constant`,
`anchor` ($(listed(CApi.anchor_choices))),
`axes` ($(listed(CApi.axes_choices)): the rows of positions),
`sign` ($(listed(CApi.sign_choices))),
`layout` (`:flat`; `:channel_last`, `(c, w, h, B)`; `:channel_first`, `(w, h, c, B)`), `group_size` (c),
`local_offsets` ($(listed(CApi.local_offsets_choices))),
`subpixel` (`:object`; `:probe`, waves with a shifted probe),
`halves` ($(listed(CApi.halves_choices)): how nearest rounds), `jitter` (px), `seed`.
"""
function extract(image, positions, patch_size; probe = nothing, image_index = nothing, out = nothing,
                 context = default_context(), layout::Symbol = :flat, group_size = 1, options...)
    size_of_patch = pair_of(patch_size)
    settings = patch_options(size_of_patch...; layout, group_size, options...)
    size_of_all = patches_size(size_of_patch, count_of(positions), modes_of(probe), layout, group_size)
    patches = array_or_new(out, eltype(image), (size_of_all..., batch_of(image, image_index)...))
    with_patch_plan(context, positions, image_index, settings) do plan
        probe === nothing ? CApi.ppatch_patch_extract(plan, View(image), View(patches)) :
        CApi.ppatch_patch_probe_extract(plan, View(image), View(probe), View(patches))
    end
    return patches
end

"""
    extract_adjoint(patches, positions, image_size; coverage = false, accumulate = false, options...)

Adds patches up where they were extracted: the conjugate transpose of [`extract`](@ref), whose options it
has. With a `probe`, of waves. With `coverage = true`, or an array to write it to, it returns
`(image, coverage)`, the coverage being the sum of the weights, or of |probe|^2, that each pixel has.
With `accumulate` both are added to what `out` and `coverage` hold.
"""
function extract_adjoint(patches, positions, image_size = nothing; probe = nothing, out = nothing,
                         coverage = false, accumulate::Bool = false, image_index = nothing,
                         context = default_context(), layout::Symbol = :flat, options...)
    if accumulate && (out === nothing || coverage === true)
        throw(ArgumentError("accumulate: expected arrays to add to, as out and as coverage"))
    end
    settings = patch_options(patch_size_of(patches, layout)...; layout, options...)
    image = image_for(patches, image_size, out)
    weights = weights_or_nothing(coverage, real(eltype(image)), size(image))
    flags = accumulate ? CApi.PPATCH_ADJOINT_ACCUMULATE : CApi.PPATCH_ADJOINT_OVERWRITE
    with_patch_plan(context, positions, image_index, settings) do plan
        probe === nothing ?
        CApi.ppatch_patch_adjoint(plan, View(patches), View(image), optional_view(weights), flags) :
        CApi.ppatch_patch_probe_adjoint_image(plan, View(patches), View(probe), View(image),
                                              optional_view(weights), flags)
    end
    return weights === nothing ? image : (image, weights)
end

function image_for(patches, image_size, out)
    out === nothing && image_size === nothing &&
        throw(ArgumentError("image_size: expected (W, H) or (W, H, M), or an array as out"))
    return array_or_new(out, eltype(patches), image_size)
end

"""
    assemble(patches, positions, image_size; eps = 1e-9, options...)

Puts patches back together, sum / max(coverage, eps), and returns `(image, coverage)`. Pixels that
no patch reaches become 0. The other options are those of [`extract_adjoint`](@ref).
"""
function assemble(patches, positions, image_size = nothing; eps = 1e-9, out = nothing, coverage = true,
                  image_index = nothing, context = default_context(), layout::Symbol = :flat, options...)
    settings = patch_options(patch_size_of(patches, layout)...; layout, options...)
    image = image_for(patches, image_size, out)
    weights = weights_or_nothing(coverage === false ? true : coverage, real(eltype(image)), size(image))
    with_patch_plan(context, positions, image_index, settings) do plan
        CApi.ppatch_patch_assemble(plan, View(patches), View(image), View(weights), eps)
    end
    return image, weights
end

"""
    solve(patches, positions, image_size; weights = nothing, iterations = 100, tolerance = 1e-10,
          regularisation = 0.0, options...)

Puts patches back together exactly: `(image, coverage, iterations, residual)`, the image being the x that
makes sum_k weights[k] |extract(x)_k - patches_k|^2 + regularisation |x - x0|^2 least, by conjugate
gradients from x0, what [`assemble`](@ref) gives, whose options it has. `weights` are of the positions.
They end after so many iterations, or where the residual of the normal equations is `tolerance` of their
right side. At the rim, where a single patch reaches, the image is not the one that was extracted from.
"""
function solve(patches, positions, image_size = nothing; weights = nothing, iterations = 100,
               tolerance = 1e-10, regularisation = 0.0, out = nothing, coverage = true,
               image_index = nothing, context = default_context(), layout::Symbol = :flat, options...)
    settings = patch_options(patch_size_of(patches, layout)...; layout, options...)
    image = image_for(patches, image_size, out)
    sums = weights_or_nothing(coverage === false ? true : coverage, real(eltype(image)), size(image))
    how = Ref(CApi.ppatch_patch_solve_options(; max_iterations = iterations, tolerance,
                                              lambda = regularisation))
    info = Ref(CApi.ppatch_patch_solve_info())
    with_patch_plan(context, positions, image_index, settings) do plan
        CApi.ppatch_patch_solve(plan, View(patches), optional_view(weights), View(image), View(sums),
                                how, info)
    end
    return (; image, coverage = sums, iterations = Int(info[].iterations), residual = info[].residual)
end

"""
    position_gradient(image, cotangent, positions; curvature = false, normal = false, options...)

What positions do to a sum over patches: `(2, K)`, Re <G_k, dP_k/dp_k> for cotangents G shaped as the
patches; with `curvature = true`, also |dP_k/dp_k|^2. With a `probe`, of waves, summed over the modes.
With `normal = true`, also the normal matrices `(3, K)`: |d_1|^2, Re <d_1, d_2>, |d_2|^2, d the derivative
by a row of the positions. The options are those of [`extract`](@ref).
"""
function position_gradient(image, cotangent, positions; probe = nothing, out = nothing,
                           curvature = false, normal = false, image_index = nothing,
                           context = default_context(), layout::Symbol = :flat, options...)
    settings = patch_options(patch_size_of(cotangent, layout)...; layout, options...)
    count = count_of(positions)
    batch = batch_of(image, image_index)
    type = real(eltype(image))
    gradient = array_or_new(out, type, (2, count, batch...))
    squares = weights_or_nothing(curvature, type, (2, count, batch...))
    matrix = weights_or_nothing(normal, type, (3, count, batch...))
    squares === nothing || (probe === nothing && matrix === nothing) ||
        throw(ArgumentError("curvature: expected false beside a probe or a normal matrix"))
    with_patch_plan(context, positions, image_index, settings) do plan
        probe === nothing && matrix === nothing ?
        CApi.ppatch_patch_position_gradient(plan, View(image), View(cotangent), View(gradient),
                                            optional_view(squares)) :
        CApi.ppatch_patch_position_normal(plan, View(image), optional_view(probe), View(cotangent),
                                          View(gradient), optional_view(matrix))
    end
    second = squares === nothing ? matrix : squares
    return second === nothing ? gradient : (gradient, second)
end

"""
    probe_adjoint(image, waves, positions, probe_size; accumulate = false, options...)

The adjoint of [`extract`](@ref) by the probe: conj(patch) times wave, summed over every axis that a
probe of this size, `(w, h, modes)` or `(w, h, modes, K)`, does not have.
"""
function probe_adjoint(image, waves, positions, probe_size = nothing; out = nothing,
                       accumulate::Bool = false, image_index = nothing, context = default_context(),
                       layout::Symbol = :flat, options...)
    out === nothing && (accumulate || probe_size === nothing) &&
        throw(ArgumentError("out: expected an array, or probe_size and nothing to accumulate"))
    settings = patch_options(patch_size_of(waves, layout)...; layout, options...)
    probe = array_or_new(out, eltype(image), probe_size)
    flags = accumulate ? CApi.PPATCH_ADJOINT_ACCUMULATE : CApi.PPATCH_ADJOINT_OVERWRITE
    with_patch_plan(context, positions, image_index, settings) do plan
        CApi.ppatch_patch_probe_adjoint_probe(plan, View(image), View(waves), View(probe), flags)
    end
    return probe
end

"""
    used_positions(positions; options...)

The positions `(2, K)` that a call uses: mirrored and jittered as its options say.
"""
function used_positions(positions; context = default_context(), options...)
    used = Matrix{Float64}(undef, 2, count_of(positions))
    with_patch_plan(context, positions, nothing, patch_options(1, 1; options...)) do plan
        CApi.ppatch_patch_plan_get_positions(plan, View(used))
    end
    return used
end

"""
    patch_plan_bytes(count, patch_size; options...)

Bytes of scratch that a call with so many positions holds, within the context's budget.
"""
function patch_plan_bytes(count, patch_size; context = default_context(), options...)
    bytes = Ref(UInt64(0))
    settings = Ref(patch_options(pair_of(patch_size)...; options...))
    check(CApi.ppatch_patch_plan_bytes(context, count, settings, bytes))
    return Int(bytes[])
end

"""
    patch_plan_info(positions, patch_size; options...)

The plan of a call with these positions: `algorithm` (`:batched` or `:iterative`, the one that runs),
`position_count`, `position_capacity`, and `bytes` of scratch.
"""
function patch_plan_info(positions, patch_size; context = default_context(), options...)
    info = Ref(CApi.ppatch_patch_plan_info())
    settings = patch_options(pair_of(patch_size)...; options...)
    with_patch_plan(context, positions, nothing, settings) do plan
        CApi.ppatch_patch_plan_get_info(plan, info)
    end
    return (;
        algorithm = name_of(info[].algorithm, CApi.algorithm_choices),
        position_count = Int(info[].position_count),
        position_capacity = Int(info[].position_capacity),
        bytes = Int(info[].bytes))
end

"""
    solve_bytes(image, positions, patch_size; options...)

Bytes of scratch that [`solve`](@ref) holds for images like this one, the plan's own included.
"""
function solve_bytes(image, positions, patch_size; image_index = nothing, context = default_context(),
                     options...)
    bytes = Ref(UInt64(0))
    settings = patch_options(pair_of(patch_size)...; options...)
    with_patch_plan(context, positions, image_index, settings) do plan
        CApi.ppatch_patch_solve_bytes(plan, View(image), bytes)
    end
    return Int(bytes[])
end

"""
    fit_scan(nominal, refined; information = nothing, sigma = 0.0, axes = :yx)

The affine map from nominal positions `(2, K)` to refined ones, refined = centre + shift + matrix (nominal -
centre) + residual, by least squares with Huber's weights; `information` is `(3, K)`, rows H_00, H_01, H_11.
`sigma` is the error that is expected where H is 1; 0: it is found. It answers `(fit, residual)`, the C
API's `ppatch_scan_fit_info` and what is left of each position, `(2, K)`; numbers by axis in it are (y, x), its
matrix [yy, yx, xy, xx].
"""
function fit_scan(nominal, refined; information = nothing, sigma = 0.0, axes::Symbol = :yx)
    residual = Matrix{Float64}(undef, 2, count_of(nominal))
    options = Ref(CApi.ppatch_scan_fit_options(;
        axes = number_of("axes", axes, CApi.axes_choices), sigma))
    fit = Ref(CApi.ppatch_scan_fit_info())
    check(CApi.ppatch_scan_fit(View(nominal), View(refined), optional_view(information), options,
                               View(residual), fit))
    return fit[], residual
end
