// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_values.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "formats/mat_types.hpp"

namespace ptychopatch::formats {
namespace {

// A byte's value, wide enough to be a number and no letter.
int stored_number(std::int8_t, const std::byte* from, bool) {
  return (std::to_integer<int>(*from) ^ 0x80) - 0x80;
}

template <class T>
T stored_number(T, const std::byte* from, bool swapped) {
  std::array<std::byte, sizeof(T)> bytes;
  std::copy_n(from, sizeof(T), bytes.begin());
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

template <class From, class To>
bool convert(bool swapped, std::span<const std::byte> from, std::byte* to, std::size_t stride) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return false;
  } else {
    for (std::size_t at = 0; at + sizeof(From) <= from.size(); at += sizeof(From), to += stride) {
      const auto value = static_cast<To>(stored_number(From{}, from.data() + at, swapped));
      std::memcpy(to, &value, sizeof value);
    }
    return true;
  }
}

template <class From>
bool convert_truth(std::span<const std::byte> from, std::byte* to, std::size_t stride) {
  for (std::size_t at = 0; at + sizeof(From) <= from.size(); at += sizeof(From), to += stride) {
    *to = std::byte{stored_number(From{}, from.data() + at, false) != 0};
  }
  return true;
}

template <class From>
bool convert_from(bool swapped, std::span<const std::byte> from, const ElementType& part,
                  std::byte* to, std::size_t stride) {
  const bool is_signed = part.kind == Kind::kSigned;
  switch (part.kind) {
    case Kind::kBoolean:
      return convert_truth<From>(from, to, stride);
    case Kind::kFloat:
      return part.size == 4 ? convert<From, float>(swapped, from, to, stride)
                            : convert<From, double>(swapped, from, to, stride);
    case Kind::kSigned:
    case Kind::kUnsigned:
      break;
    default:
      return false;
  }
  switch (part.size) {
    case 1:
      return is_signed ? convert<From, std::int8_t>(swapped, from, to, stride)
                       : convert<From, std::uint8_t>(swapped, from, to, stride);
    case 2:
      return is_signed ? convert<From, std::int16_t>(swapped, from, to, stride)
                       : convert<From, std::uint16_t>(swapped, from, to, stride);
    case 4:
      return is_signed ? convert<From, std::int32_t>(swapped, from, to, stride)
                       : convert<From, std::uint32_t>(swapped, from, to, stride);
    default:
      return is_signed ? convert<From, std::int64_t>(swapped, from, to, stride)
                       : convert<From, std::uint64_t>(swapped, from, to, stride);
  }
}

}  // namespace

std::size_t mat_number_size(std::uint32_t stored) {
  switch (stored) {
    case kMatInt8:
    case kMatUint8:
      return 1;
    case kMatInt16:
    case kMatUint16:
      return 2;
    case kMatInt32:
    case kMatUint32:
    case kMatSingle:
      return 4;
    case kMatDouble:
    case kMatInt64:
    case kMatUint64:
      return 8;
    default:
      return 0;
  }
}

bool convert_mat_numbers(std::uint32_t stored, bool swapped, std::span<const std::byte> from,
                         const ElementType& part, std::byte* to, std::size_t stride) {
  switch (stored) {
    case kMatInt8:
      return convert_from<std::int8_t>(swapped, from, part, to, stride);
    case kMatUint8:
      return convert_from<std::uint8_t>(swapped, from, part, to, stride);
    case kMatInt16:
      return convert_from<std::int16_t>(swapped, from, part, to, stride);
    case kMatUint16:
      return convert_from<std::uint16_t>(swapped, from, part, to, stride);
    case kMatInt32:
      return convert_from<std::int32_t>(swapped, from, part, to, stride);
    case kMatUint32:
      return convert_from<std::uint32_t>(swapped, from, part, to, stride);
    case kMatSingle:
      return convert_from<float>(swapped, from, part, to, stride);
    case kMatDouble:
      return convert_from<double>(swapped, from, part, to, stride);
    case kMatInt64:
      return convert_from<std::int64_t>(swapped, from, part, to, stride);
    case kMatUint64:
      return convert_from<std::uint64_t>(swapped, from, part, to, stride);
    default:
      return false;
  }
}

}  // namespace ptychopatch::formats
