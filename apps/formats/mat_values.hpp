// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_VALUES_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_VALUES_HPP_

#include <cstdint>
#include <span>

#include "formats/element_type.hpp"

namespace ptychopatch::formats {

// Bytes of a number of a MatType; 0 for what is no number.
std::size_t mat_number_size(std::uint32_t stored);

// MATLAB stores the numbers of an array in the smallest type that holds them all: turns `stored`
// numbers, `from`, into those of the array, one every `stride` bytes from `to` on. False where no
// number of the array's type can be meant: a fraction in an array of integers.
bool convert_mat_numbers(std::uint32_t stored, bool swapped, std::span<const std::byte> from,
                         const ElementType& part, std::byte* to, std::size_t stride);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_VALUES_HPP_
