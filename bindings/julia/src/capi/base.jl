# SPDX-License-Identifier: Apache-2.0
# What all operators share: ptychopatch.h.

const PPATCH_OK = Int32(0)
const PPATCH_ERROR_INVALID_ARGUMENT = Int32(1)
const PPATCH_ERROR_OUT_OF_MEMORY = Int32(2)
const PPATCH_ERROR_UNSUPPORTED = Int32(3)
const PPATCH_ERROR_CANCELLED = Int32(4)
const PPATCH_ERROR_NOT_BUILT = Int32(5)
const PPATCH_ERROR_NO_DEVICE = Int32(6)
const PPATCH_ERROR_DEVICE = Int32(7)
const PPATCH_ERROR_IO = Int32(8)
const PPATCH_ERROR_INTERNAL = Int32(9)

const PPATCH_F32 = Int32(1)
const PPATCH_F64 = Int32(2)
const PPATCH_C64 = Int32(3)
const PPATCH_C128 = Int32(4)
const PPATCH_I32 = Int32(5)
const PPATCH_I64 = Int32(6)
const PPATCH_U16 = Int32(7)
const PPATCH_U8 = Int32(8)
const PPATCH_I16 = Int32(9)

const PPATCH_DEVICE_HOST = Int32(1)
const PPATCH_DEVICE_CUDA = Int32(2)
const PPATCH_DEVICE_CUDA_HOST = Int32(3)

const PPATCH_BACKEND_AUTO = Int32(0)
const PPATCH_BACKEND_CPU = Int32(1)
const PPATCH_BACKEND_CUDA = Int32(2)

const PPATCH_LOG_LEVEL_DEBUG = Int32(1)
const PPATCH_LOG_LEVEL_INFO = Int32(2)
const PPATCH_LOG_LEVEL_WARNING = Int32(3)

const PPATCH_MAX_NDIM = 8

struct ppatch_context end

Base.@kwdef struct ppatch_array
    data::Ptr{Cvoid} = C_NULL
    dtype::Int32 = 0
    ndim::Int32 = 0
    shape::NTuple{PPATCH_MAX_NDIM, Int64} = ntuple(_ -> 0, PPATCH_MAX_NDIM)
    strides::NTuple{PPATCH_MAX_NDIM, Int64} = ntuple(_ -> 0, PPATCH_MAX_NDIM)
    device_type::Int32 = PPATCH_DEVICE_HOST
    device_id::Int32 = 0
end

Base.@kwdef struct ppatch_context_options
    struct_size::UInt32 = sizeof(ppatch_context_options)
    backend::Int32 = 0
    device::Int32 = 0
    num_threads::Int32 = 0
    memory_budget::UInt64 = 0
    log_level::Int32 = 0
    reserved::Int32 = 0
    allocate::Ptr{Cvoid} = C_NULL
    deallocate::Ptr{Cvoid} = C_NULL
    allocator_user::Ptr{Cvoid} = C_NULL
    log::Ptr{Cvoid} = C_NULL
    log_user::Ptr{Cvoid} = C_NULL
    progress::Ptr{Cvoid} = C_NULL
    progress_user::Ptr{Cvoid} = C_NULL
end

Base.@kwdef struct ppatch_context_info
    struct_size::UInt32 = sizeof(ppatch_context_info)
    backend::Int32 = 0
    device::Int32 = 0
    num_threads::Int32 = 0
    memory_budget::UInt64 = 0
    device_name::NTuple{64, Cchar} = ntuple(_ -> 0, 64)
    simd::NTuple{16, Cchar} = ntuple(_ -> 0, 16)
end

ppatch_version() = ccall((:ppatch_version, library), Int32, ())
ppatch_version_string() = ccall((:ppatch_version_string, library), Ptr{Cchar}, ())
ppatch_abi_version() = ccall((:ppatch_abi_version, library), Int32, ())
ppatch_status_string(status) =
    ccall((:ppatch_status_string, library), Ptr{Cchar}, (Int32,), status)
ppatch_last_error() = ccall((:ppatch_last_error, library), Ptr{Cchar}, ())
ppatch_dtype_size(dtype) = ccall((:ppatch_dtype_size, library), Int64, (Int32,), dtype)
ppatch_backend_probe(backend, device_count) =
    ccall((:ppatch_backend_probe, library), Int32,
          (Int32, Ptr{Int32}),
          backend, device_count)
ppatch_context_create(context, options) =
    ccall((:ppatch_context_create, library), Int32,
          (Ptr{Ptr{ppatch_context}}, Ptr{ppatch_context_options}),
          context, options)
ppatch_context_destroy(context) =
    ccall((:ppatch_context_destroy, library), Cvoid, (Ptr{ppatch_context},), context)
ppatch_context_synchronize(context) =
    ccall((:ppatch_context_synchronize, library), Int32, (Ptr{ppatch_context},), context)
ppatch_context_get_info(context, info) =
    ccall((:ppatch_context_get_info, library), Int32,
          (Ptr{ppatch_context}, Ptr{ppatch_context_info}),
          context, info)
