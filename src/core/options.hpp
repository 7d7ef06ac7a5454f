// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/error.hpp"

// The protocol of structs that start with struct_size: a shorter one is zero-filled, a longer one
// is taken only if its unknown tail is zero.
namespace ppatch {

// The library's own copy of the caller's options; all defaults for null.
template <class Options>
Options read_options(const char* name, const Options* given) {
  Options options{};
  if (!given) return options;
  expect_pointer(name, "a struct", given);
  const std::uint32_t size = given->struct_size;
  if (size < sizeof(std::uint32_t)) {
    invalid(name, ".struct_size: expected sizeof (", sizeof(Options), "), got ", size);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof(Options); i < size; ++i) {
    if (bytes[i] != 0) {
      invalid(name, ".struct_size: ", size, " is larger than the ", sizeof(Options),
              " that this library knows, and byte ", i, " beyond is not 0");
    }
  }
  std::memcpy(&options, given, size < sizeof(Options) ? size : sizeof(Options));
  return options;
}

// That a field of the caller's options is within its bounds.
inline void check_option(const char* field, std::int64_t value, std::int64_t min,
                         std::int64_t max) {
  if (value < min || value > max) {
    invalid("options.", field, ": expected ", min, " to ", max, ", got ", value);
  }
}

// An enumeration of the caller's options, whose values are 0 to `last`.
template <class Enum>
Enum read_enum(const char* field, std::int32_t value, Enum last) {
  check_option(field, value, 0, static_cast<std::int32_t>(last));
  return static_cast<Enum>(value);
}

// That info can be written to the caller's struct.
template <class Info>
void check_info(const char* name, const Info* out) {
  expect_pointer(name, "a struct", out);
  if (out->struct_size < sizeof(std::uint32_t)) {
    invalid(name, ".struct_size: expected sizeof (", sizeof(Info), "), got ", out->struct_size);
  }
}

// Copies info to the caller's struct, as much of it as the caller knows.
template <class Info>
void write_info(const char* name, const Info& info, Info* out) {
  check_info(name, out);
  const std::uint32_t size = out->struct_size;
  std::memcpy(out, &info, size < sizeof(Info) ? size : sizeof(Info));
  out->struct_size = size;
}

}  // namespace ppatch
