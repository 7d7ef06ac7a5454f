# SPDX-License-Identifier: Apache-2.0

function number_of(name, choice::Symbol, choices)
    haskey(choices, choice) ||
        throw(ArgumentError("$name: expected one of $(join(keys(choices), ", ")), got $choice"))
    return choices[choice]
end

# The choices, as documentation has them.
listed(choices) = join(("`:$name`" for name in keys(choices)), ", ")

# The choice that has the library's number.
name_of(number, choices) = first(name for (name, value) in pairs(choices) if value == number)

# One number twice, or the two that are given.
pair_of(size::Integer) = (size, size)
pair_of(size::Tuple{Integer, Integer}) = size
