# SPDX-License-Identifier: Apache-2.0
# Groups: groups.h.

const PPATCH_GROUP_MEMBERS_NEIGHBOURS = Int32(0)
const PPATCH_GROUP_MEMBERS_WITH_CENTRE = Int32(1)

const PPATCH_GROUP_ORDER_AS_DRAWN = Int32(0)
const PPATCH_GROUP_ORDER_BY_DISTANCE = Int32(1)
const PPATCH_GROUP_ORDER_BY_POSITION = Int32(2)

const PPATCH_GROUP_SAMPLING_RANDOM = Int32(0)
const PPATCH_GROUP_SAMPLING_SEQUENTIAL = Int32(1)

const PPATCH_RELATIVE_SIGN_FROM_OFFSET = Int32(0)
const PPATCH_RELATIVE_SIGN_TO_OFFSET = Int32(1)

struct ppatch_group_plan end

Base.@kwdef struct ppatch_group_options
    struct_size::UInt32 = sizeof(ppatch_group_options)
    gridsize::Int32 = 0
    neighbours::Int64 = 0
    group_count::Int64 = 0
    seed::UInt64 = 0
    members::Int32 = 0
    order::Int32 = 0
    sampling::Int32 = 0
    oversample::Int32 = 0
    axes::Int32 = 0
    relative_sign::Int32 = 0
    point_capacity::Int64 = 0
end

Base.@kwdef struct ppatch_group_plan_info
    struct_size::UInt32 = sizeof(ppatch_group_plan_info)
    group_size::Int32 = 0
    neighbours::Int64 = 0
    group_count::Int64 = 0
    point_count::Int64 = 0
    point_capacity::Int64 = 0
    bytes::UInt64 = 0
end

ppatch_group_plan_bytes(context, point_count, options, bytes) =
    ccall((:ppatch_group_plan_bytes, library), Int32,
          (Ptr{ppatch_context}, Int64, Ptr{ppatch_group_options}, Ptr{UInt64}),
          context, point_count, options, bytes)
ppatch_group_plan_create(plan, context, options) =
    ccall((:ppatch_group_plan_create, library), Int32,
          (Ptr{Ptr{ppatch_group_plan}}, Ptr{ppatch_context}, Ptr{ppatch_group_options}),
          plan, context, options)
ppatch_group_plan_destroy(plan) =
    ccall((:ppatch_group_plan_destroy, library), Cvoid, (Ptr{ppatch_group_plan},), plan)
ppatch_group_plan_borrow_points(plan, points) =
    ccall((:ppatch_group_plan_borrow_points, library), Int32,
          (Ptr{ppatch_group_plan}, Ptr{ppatch_array}),
          plan, points)
ppatch_group_plan_set_stream(plan, stream) =
    ccall((:ppatch_group_plan_set_stream, library), Int32,
          (Ptr{ppatch_group_plan}, Ptr{Cvoid}),
          plan, stream)
ppatch_group_plan_draw(plan, first, indices, centres, offsets, relative) =
    ccall((:ppatch_group_plan_draw, library), Int32,
          (Ptr{ppatch_group_plan}, Int64, Ptr{ppatch_array}, Ptr{ppatch_array},
           Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, first, indices, centres, offsets, relative)
ppatch_group_plan_coordinates(plan, indices, offsets, relative) =
    ccall((:ppatch_group_plan_coordinates, library), Int32,
          (Ptr{ppatch_group_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, indices, offsets, relative)
ppatch_group_plan_neighbours(plan, queries, indices, squared_distances) =
    ccall((:ppatch_group_plan_neighbours, library), Int32,
          (Ptr{ppatch_group_plan}, Ptr{ppatch_array}, Ptr{ppatch_array}, Ptr{ppatch_array}),
          plan, queries, indices, squared_distances)
ppatch_group_plan_get_info(plan, info) =
    ccall((:ppatch_group_plan_get_info, library), Int32,
          (Ptr{ppatch_group_plan}, Ptr{ppatch_group_plan_info}),
          plan, info)
