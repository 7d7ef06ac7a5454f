// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/bytes.hpp"
#include "formats/element_type.hpp"

namespace ptychopatch::formats {

using Shape = std::vector<std::int64_t>;

inline constexpr std::size_t max_axes = 32;  // NumPy's and HDF5's own limit

// What a .npy file says about itself before its data.
struct NpyHeader {
  ElementType type;
  bool fortran_order = false;
  Shape shape;
  std::uint64_t header_bytes = 0;  // before the data
  std::uint64_t data_bytes = 0;    // of the data, which fits in memory's address range
};

// "(2, 3)", "(5,)", "()".
std::string shape_text(const Shape& shape);

// "SOURCE has shape (2, 3), expected EXPECTED".
std::string shape_mismatch(const std::string& source, const Shape& shape,
                           const std::string& expected);

// FormatError with that sentence unless it is as expected.
void require_shape(bool as_expected, const std::string& source, const Shape& shape,
                   const std::string& expected);

// Product of the shape and of element_size. A shape that no memory could hold is refused.
std::uint64_t bytes_of_shape(const Shape& shape, std::size_t element_size,
                             const std::string& source);

// Versions 1, 2 and 3. Leaves the reader at the first byte of the data. The header is checked on
// its own, then against the number of bytes that the reader has. source begins every error's
// sentence.
NpyHeader read_npy_header(ByteReader& reader, const std::string& source);

// The dictionary alone: type, order and shape.
NpyHeader parse_npy_dictionary(std::string_view text, const std::string& source);

// Magic, version and dictionary, padded to 64 bytes.
std::string format_npy_header(const ElementType& type, const Shape& shape);

}  // namespace ptychopatch::formats
