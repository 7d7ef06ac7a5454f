# SPDX-License-Identifier: Apache-2.0

"A call that failed: the library's status, and its sentence on what was expected and what came."
struct Error <: Exception
    status::Int32
    message::String
end

Base.showerror(io::IO, error::Error) =
    print(io, "ptychopatch: ", unsafe_string(CApi.ppatch_status_string(error.status)), ": ",
          error.message)

function check(status)
    status == CApi.PPATCH_OK || throw(Error(status, unsafe_string(CApi.ppatch_last_error())))
    return nothing
end

"""
    Context(; backend = :auto, device = 0, num_threads = 0, memory_budget = 0)

What calls share: a backend ($(listed(CApi.backend_choices))) on a device, its threads (0: as many as the
process may use), and the bytes of scratch that one plan may hold (0: 1 GiB). Tasks may share it.
"""
mutable struct Context
    handle::Ptr{CApi.ppatch_context}

    function Context(; backend::Symbol = :auto, device = 0, num_threads = 0, memory_budget = 0)
        options = CApi.ppatch_context_options(;
            backend = number_of("backend", backend, CApi.backend_choices), device, num_threads, memory_budget)
        handle = Ref{Ptr{CApi.ppatch_context}}(C_NULL)
        check(CApi.ppatch_context_create(handle, Ref(options)))
        return finalizer(context -> CApi.ppatch_context_destroy(context.handle), new(handle[]))
    end
end

Base.cconvert(::Type{Ptr{CApi.ppatch_context}}, context::Context) = context
Base.unsafe_convert(::Type{Ptr{CApi.ppatch_context}}, context::Context) = context.handle

"Waits for all work of a context, and throws what went wrong in it."
synchronize(context = default_context()) = check(CApi.ppatch_context_synchronize(context))

"""
    device_count(backend = :cuda)

How many devices a backend offers here (`:cpu`: 1); the error says why there is none.
"""
function device_count(backend::Symbol = :cuda)
    count = Ref(Int32(0))
    check(CApi.ppatch_backend_probe(number_of("backend", backend, CApi.backend_choices), count))
    return Int(count[])
end

"The version of the loaded library."
version() = VersionNumber(unsafe_string(CApi.ppatch_version_string()))

"The number in the loaded library's SONAME."
abi_version() = Int(CApi.ppatch_abi_version())

function Base.show(io::IO, context::Context)
    info = Ref(CApi.ppatch_context_info())
    check(CApi.ppatch_context_get_info(context, info))
    name = String([reinterpret(UInt8, c) for c in info[].device_name if c != 0])
    return print(io, "Ptychopatch.Context on ", name, ", ", info[].num_threads, " threads")
end

const default = Ref{Union{Nothing, Context}}(nothing)

"The context of calls that name none, made by the first of them."
function default_context()
    context = default[]
    if context === nothing
        context = Context()
        default[] = context
    end
    return context
end
