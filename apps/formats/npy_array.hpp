// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/bytes.hpp"
#include "formats/npy_header.hpp"

namespace ptychopatch::formats {

// An array as it was in its file, but in C order and in this machine's byte order.
struct NpyArray {
  ElementType type;
  Shape shape;
  Bytes data;

  std::int64_t count() const;
};

// An array and how a message and the metadata name where it came from.
struct NamedArray {
  NpyArray array;
  std::string source;
};

// Takes memory only for data that the reader is known to have, or as they come.
NpyArray read_npy(ByteReader& reader, const std::string& source);

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& source);

NpyArray read_npy_file(const std::string& path);

// Swaps the bytes of an array as it was in its file.
void to_native_order(NpyArray& array);

// Of data in Fortran order.
Bytes to_c_order(const Bytes& data, const Shape& shape, std::size_t element);

// NumPy keeps text as fixed-width UTF-32; outside of arrays it is UTF-8 here.
std::vector<std::string> texts_of(const NpyArray& array, const std::string& source);

// An array with no axes that holds one text.
NpyArray text_array(const std::string& utf8);

}  // namespace ptychopatch::formats
