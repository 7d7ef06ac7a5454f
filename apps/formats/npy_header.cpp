// SPDX-License-Identifier: Apache-2.0
#include "formats/npy_header.hpp"

#include <algorithm>
#include <array>

#include "formats/bytes.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t kMostHeaderBytes = 1u << 20;
constexpr std::uint64_t kMostDataBytes = std::uint64_t{1} << 62;
constexpr std::string_view kMagic = "\x93NUMPY";

std::uint32_t little_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  }
  return value;
}

std::string in_bytes(std::uint64_t count) { return std::to_string(count) + " bytes"; }

}  // namespace

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d != 0) text += ", ";
    text += std::to_string(shape[d]);
  }
  if (shape.size() == 1) text += ",";
  return text + ")";
}

std::uint64_t bytes_of_shape(const Shape& shape, std::size_t element_size,
                             const std::string& source) {
  for (const std::int64_t extent : shape) {
    if (extent == 0) return 0;
  }
  std::uint64_t bytes = std::max<std::uint64_t>(element_size, 1);
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) ||
        bytes > kMostDataBytes) {
      throw FormatError(source + ": shape " + shape_text(shape) + " is larger than any memory");
    }
  }
  return element_size == 0 ? 0 : bytes;
}

NpyHeader read_npy_header(ByteReader& reader, const std::string& source) {
  std::array<std::byte, 12> prefix{};
  const std::span<std::byte> all(prefix);
  const std::size_t count = reader.read(all.first(8));
  const std::string_view magic(reinterpret_cast<const char*>(prefix.data()),
                               std::min(count, kMagic.size()));
  if (magic != kMagic) {
    throw FormatError(source + ": " +
                      (count < kMagic.size() ? in_bytes(count) + " in all" : "other first bytes") +
                      ", expected a .npy array, which begins with \\x93NUMPY");
  }
  const std::string truncated = source + ": the .npy header is truncated";
  if (count < 8) throw FormatError(truncated);
  const int version = std::to_integer<int>(prefix[6]);
  if (version < 1 || version > 3 || std::to_integer<int>(prefix[7]) != 0) {
    throw FormatError(source + ": .npy version " + std::to_string(version) + "." +
                      std::to_string(std::to_integer<int>(prefix[7])) +
                      ", expected 1.0, 2.0 or 3.0");
  }
  const std::span<std::byte> length_bytes = all.subspan(8, version == 1 ? 2 : 4);
  if (reader.read(length_bytes) != length_bytes.size()) throw FormatError(truncated);
  const std::uint64_t length = little_endian(length_bytes);
  if (length > kMostHeaderBytes) {
    throw FormatError(source + ": a .npy header of " + in_bytes(length) + ", expected at most " +
                      in_bytes(kMostHeaderBytes));
  }
  const std::uint64_t before = 8 + length_bytes.size();
  if (before + length > reader.size()) throw FormatError(truncated);
  Bytes text(length);
  if (reader.read(text.span()) != length) throw FormatError(truncated);
  NpyHeader header =
      parse_npy_dictionary({reinterpret_cast<const char*>(text.data()), text.size()}, source);
  header.header_bytes = before + length;
  header.data_bytes = bytes_of_shape(header.shape, header.type.size, source);
  const std::uint64_t there = reader.size() - header.header_bytes;
  if (header.data_bytes != there) {
    throw FormatError(source + ": shape " + shape_text(header.shape) + " of " + header.type.name() +
                      " needs " + in_bytes(header.data_bytes) + " of data, but " +
                      std::to_string(there) + " follow the header");
  }
  return header;
}

std::string format_npy_header(const ElementType& type, const Shape& shape) {
  std::string text = "{'descr': '" + type.descr() +
                     "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  const std::size_t padded = (10 + text.size() + 1 + 63) / 64 * 64;
  text.append(padded - 10 - text.size() - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace ptychopatch::formats
