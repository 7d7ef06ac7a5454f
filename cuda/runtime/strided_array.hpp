// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// An array as bytes: elements of one size, found by the strides of up to six axes, which are
// counted in bytes. Packed, it is the same elements one after the other, the last axis first.
struct StridedArray {
  static constexpr int max_axes = 6;
  unsigned char* data = nullptr;
  std::int64_t element = 1;
  int axes = 0;
  std::int64_t extent[max_axes] = {};
  std::int64_t stride[max_axes] = {};

  void add_axis(std::int64_t length, std::int64_t step);
  std::int64_t count() const;
  std::uint64_t packed_bytes() const { return static_cast<std::uint64_t>(count() * element); }

  // Elements [first, last) of the first axis.
  StridedArray slice(std::int64_t first, std::int64_t last) const;
  // The same elements in the same order with as few axes as can be, at least one.
  StridedArray merged() const;
};

// So many elements that lie one after the other.
template <class T>
StridedArray contiguous(const T* data, std::int64_t count) {
  StridedArray array;
  array.data = reinterpret_cast<unsigned char*>(const_cast<T*>(data));
  array.element = sizeof(T);
  array.add_axis(count, sizeof(T));
  return array;
}

// Elements [first, last) to and from a packed array whose first element is number `first`.
void pack(const StridedArray& from, std::int64_t first, std::int64_t last, unsigned char* to);
void unpack(const unsigned char* from, std::int64_t first, std::int64_t last,
            const StridedArray& to);

}  // namespace ppatch
