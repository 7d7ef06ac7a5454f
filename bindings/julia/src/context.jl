# SPDX-License-Identifier: Apache-2.0

"A call that failed: the library's status, and its sentence on what was expected and what came."
struct Error <: Exception
    status::Int32
    message::String
end

Base.showerror(io::IO, error::Error) = print(io, "ptychopatch: ", error.message)

function check(status)
    status == CApi.PPATCH_OK || throw(Error(status, unsafe_string(CApi.ppatch_last_error())))
    return nothing
end

"""
    Context(; backend = :auto, device = 0, num_threads = 0, memory_budget = 0)

What calls share: a backend (`:auto`, `:cpu`, `:cuda`) on a device, its threads (0: as many as the
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
