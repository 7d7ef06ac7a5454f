// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_RUNTIME_STRIDED_COPY_HPP_
#define PTYCHOPATCH_CUDA_RUNTIME_STRIDED_COPY_HPP_

#include <cstdint>

namespace ppatch {

// A host array as bytes: elements of one size, found by the strides of up to six axes, which are
// counted in bytes. Packed, it is the same elements one after the other.
struct HostLayout {
  static constexpr int max_axes = 6;
  unsigned char* data = nullptr;
  std::int64_t element = 1;
  int axes = 0;
  std::int64_t shape[max_axes] = {};
  std::int64_t stride[max_axes] = {};

  static HostLayout begin(void* data, std::int64_t element) {
    HostLayout layout;
    layout.data = static_cast<unsigned char*>(data);
    layout.element = element;
    return layout;
  }
  void add(std::int64_t extent, std::int64_t step) {
    shape[axes] = extent;
    stride[axes++] = step;
  }
  std::int64_t count() const {
    std::int64_t product = 1;
    for (int a = 0; a < axes; ++a) product *= shape[a];
    return product;
  }
  std::uint64_t packed_bytes() const { return static_cast<std::uint64_t>(count() * element); }
};

// Elements [first, last) to and from a packed array whose first element is number `first`.
void pack(const HostLayout& from, std::int64_t first, std::int64_t last, unsigned char* to);
void unpack(const unsigned char* from, std::int64_t first, std::int64_t last, const HostLayout& to);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_RUNTIME_STRIDED_COPY_HPP_
