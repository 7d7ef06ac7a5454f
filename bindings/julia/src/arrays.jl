# SPDX-License-Identifier: Apache-2.0

dtype_of(::Type{Float32}) = CApi.PPATCH_F32
dtype_of(::Type{Float64}) = CApi.PPATCH_F64
dtype_of(::Type{ComplexF32}) = CApi.PPATCH_C64
dtype_of(::Type{ComplexF64}) = CApi.PPATCH_C128
dtype_of(::Type{Int32}) = CApi.PPATCH_I32
dtype_of(::Type{Int64}) = CApi.PPATCH_I64
dtype_of(::Type{UInt16}) = CApi.PPATCH_U16
dtype_of(::Type{Int16}) = CApi.PPATCH_I16
dtype_of(::Type{UInt8}) = CApi.PPATCH_U8
dtype_of(::Type{Bool}) = CApi.PPATCH_U8
dtype_of(type::Type) =
    throw(ArgumentError("expected an array of Float32, Float64, ComplexF32, ComplexF64, Int32, " *
                        "Int64, UInt16, Int16, UInt8 or Bool, got one of $type"))

# An array as the library sees it, which is kept alive while a call has it.
struct View{A <: AbstractArray}
    array::A
    described::Base.RefValue{CApi.ppatch_array}
end

function View(array::AbstractArray{T, N}) where {T, N}
    1 <= N <= CApi.PPATCH_MAX_NDIM ||
        throw(ArgumentError("expected an array of 1 to $(CApi.PPATCH_MAX_NDIM) axes, got $N"))
    extents, steps = size(array), strides(array)
    described = CApi.ppatch_array(;
        data = Ptr{Cvoid}(pointer(array)),
        dtype = dtype_of(T),
        ndim = N,
        shape = ntuple(d -> d <= N ? extents[N + 1 - d] : 0, CApi.PPATCH_MAX_NDIM),
        strides = ntuple(d -> d <= N ? steps[N + 1 - d] : 0, CApi.PPATCH_MAX_NDIM))
    return View(array, Ref(described))
end

Base.cconvert(::Type{Ptr{CApi.ppatch_array}}, view::View) = view
Base.unsafe_convert(type::Type{Ptr{CApi.ppatch_array}}, view::View) =
    Base.unsafe_convert(type, view.described)

# NULL for nothing.
optional_view(::Nothing) = C_NULL
optional_view(array::AbstractArray) = View(array)

"""
    reversed(array)

The same memory with the axes in reverse: an array with C's order of axes, as `image[y, x]`, for a
function of this package, or what such a function gave, `(w, h, K)`, as `(K, h, w)`.
"""
reversed(array::AbstractArray{T, N}) where {T, N} = PermutedDimsArray(array, ntuple(d -> N + 1 - d, N))
