# SPDX-License-Identifier: Apache-2.0

"""
S groups of C points: `indices` (C, S), from 1; `centres` (S); `offsets` (2, S), the mean of each
group's members; `relative` (2, C, S), member - offset or its negative.
"""
struct Groups{T}
    indices::Matrix{Int64}
    centres::Vector{Int64}
    offsets::Matrix{T}
    relative::Array{T, 3}
end

# Runs body(plan) with a plan for the points, whose memory it borrows; options are keywords.
function with_group_plan(body, context, points; options...)
    options = CApi.ppatch_group_options(; options..., point_capacity = max(count_of(points), 1))
    handle = Ref{Ptr{CApi.ppatch_group_plan}}(C_NULL)
    GC.@preserve points begin
        check(CApi.ppatch_group_plan_create(handle, context, Ref(options)))
        try
            check(CApi.ppatch_group_plan_borrow_points(handle[], View(points)))
            check(body(handle[]))
            check(CApi.ppatch_context_synchronize(context))
        finally
            CApi.ppatch_group_plan_destroy(handle[])
        end
    end
end

"""
    group(points, gridsize = 1; options...)

Draws [`Groups`](@ref) of gridsize^2 neighbouring points of `(2, n)`, Float32 or Float64.

`neighbours` (of which members are drawn; 0: gridsize^2 + 2), `samples` (how many groups; 0: one for
each point), `seed`, `include_centre`, `order` ($(listed(CApi.group_order_choices))), `sequential`,
`oversample`, `axes` ($(listed(CApi.axes_choices))),
`relative_sign` ($(listed(CApi.relative_sign_choices))), `context`; the C header `groups.h` says
what they mean. `first` (from 1) and `count` ask for a part of the groups: any division gives the same groups.
"""
function group(points::AbstractArray{T}, gridsize = 1; neighbours = 0, samples = 0, seed = 0,
               include_centre::Bool = false, order::Symbol = :drawn, sequential::Bool = false,
               oversample::Bool = false, axes::Symbol = :yx, relative_sign::Symbol = :from_offset,
               first = 1, count = nothing, context = default_context()) where {T}
    options = (;
        gridsize, neighbours, seed,
        group_count = samples,
        members = include_centre ? CApi.PPATCH_GROUP_MEMBERS_WITH_CENTRE : CApi.PPATCH_GROUP_MEMBERS_NEIGHBOURS,
        order = number_of("order", order, CApi.group_order_choices),
        sampling = sequential ? CApi.PPATCH_GROUP_SAMPLING_SEQUENTIAL : CApi.PPATCH_GROUP_SAMPLING_RANDOM,
        oversample = oversample,
        axes = number_of("axes", axes, CApi.axes_choices),
        relative_sign = number_of("relative_sign", relative_sign, CApi.relative_sign_choices))
    all_groups = samples == 0 ? count_of(points) : samples
    wanted = count === nothing ? max(all_groups - first + 1, 0) : count
    indices = Matrix{Int64}(undef, gridsize^2, wanted)
    centres = Vector{Int64}(undef, wanted)
    offsets = Matrix{T}(undef, 2, wanted)
    relative = Array{T}(undef, 2, gridsize^2, wanted)
    with_group_plan(context, points; options...) do plan
        CApi.ppatch_group_plan_draw(plan, first - 1, View(indices), View(centres), View(offsets),
                                    View(relative))
    end
    return Groups{T}(indices .+ 1, centres .+ 1, offsets, relative)
end

"""
    group_coordinates(points, indices; axes = :yx, relative_sign = :from_offset)

`(offsets, relative)` of given groups, `indices` being `(c, B)`, from 1.
"""
function group_coordinates(points::AbstractArray{T}, indices; axes::Symbol = :yx,
                           relative_sign::Symbol = :from_offset, context = default_context()) where {T}
    options = (;
        axes = number_of("axes", axes, CApi.axes_choices),
        relative_sign = number_of("relative_sign", relative_sign, CApi.relative_sign_choices))
    members = Int64.(indices) .- 1
    offsets = Matrix{T}(undef, 2, size(members, 2))
    relative = Array{T}(undef, 2, size(members)...)
    with_group_plan(context, points; options...) do plan
        CApi.ppatch_group_plan_coordinates(plan, View(members), View(offsets), View(relative))
    end
    return offsets, relative
end

"""
    nearest_neighbours(points, k; queries = nothing, axes = :yx)

`(indices, squared_distances)`, both `(k, Q)`: the nearest others of the points that `queries` names,
from 1, or of all, by (squared distance, index).
"""
function nearest_neighbours(points, k; queries = nothing, axes::Symbol = :yx,
                            context = default_context())
    options = (; neighbours = k, axes = number_of("axes", axes, CApi.axes_choices))
    asked = queries === nothing ? nothing : Int64.(queries) .- 1
    count = asked === nothing ? count_of(points) : length(asked)
    indices = Matrix{Int64}(undef, k, count)
    squared_distances = Matrix{Float64}(undef, k, count)
    with_group_plan(context, points; options...) do plan
        CApi.ppatch_group_plan_neighbours(plan, optional_view(asked), View(indices),
                                          View(squared_distances))
    end
    return indices .+ 1, squared_distances
end

"""
    group_plan_bytes(count, gridsize = 1; neighbours = 0)

Bytes of scratch that a call with so many points holds, within the context's budget.
"""
function group_plan_bytes(count, gridsize = 1; neighbours = 0, context = default_context())
    bytes = Ref(UInt64(0))
    options = Ref(CApi.ppatch_group_options(; gridsize, neighbours))
    check(CApi.ppatch_group_plan_bytes(context, count, options, bytes))
    return Int(bytes[])
end

"""
    group_plan_info(points, gridsize = 1; neighbours = 0, samples = 0)

The plan of a call with these points: `group_size`, `neighbours` and `group_count`, with what follows from
zeros, `point_count`, `point_capacity`, and `bytes` of scratch.
"""
function group_plan_info(points, gridsize = 1; neighbours = 0, samples = 0, context = default_context())
    info = Ref(CApi.ppatch_group_plan_info())
    with_group_plan(context, points; gridsize, neighbours, group_count = samples) do plan
        CApi.ppatch_group_plan_get_info(plan, info)
    end
    return (;
        group_size = Int(info[].group_size),
        neighbours = Int(info[].neighbours),
        group_count = Int(info[].group_count),
        point_count = Int(info[].point_count),
        point_capacity = Int(info[].point_capacity),
        bytes = Int(info[].bytes))
end
