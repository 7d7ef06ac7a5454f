// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ptychopatch::formats {

enum class Kind { boolean, signed_integer, unsigned_integer, floating, complex, text };

// What one element of an array is, in NumPy's terms.
struct ElementType {
  Kind kind = Kind::floating;
  std::size_t size = 8;  // bytes
  bool swapped = false;  // stored in the other byte order than this machine's

  bool numeric() const { return kind != Kind::text; }
  // Whether its elements have one of the sizes that are read.
  bool known() const;
  // NumPy's name, "complex128".
  std::string name() const;
  // As in a .npy header, this machine's byte order: "<c16".
  std::string descr() const;
};

// From a header's descr. Every type that is not read is refused by its name; source begins the
// sentence.
ElementType parse_element_type(std::string_view descr, const std::string& source);

}  // namespace ptychopatch::formats
