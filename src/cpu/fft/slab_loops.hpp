// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// Between a plane and the slabs of fft.hpp, `lanes` rows or columns at once; lanes is a multiple of
// 4.
struct SlabLoops {
  // n samples of each row.
  void (*gather_rows)(const float* rows, std::int64_t stride, std::int64_t n, std::int64_t lanes,
                      float* slab);
  void (*scatter_rows)(const float* slab, std::int64_t lanes, std::int64_t n, float* rows,
                       std::int64_t stride);
  // n complex samples of each column. What stands beside them is prefetched too where `more` is
  // set.
  void (*gather_columns)(const float* data, std::int64_t stride, std::int64_t n, std::int64_t lanes,
                         bool more, float* slab);
  void (*scatter_columns)(const float* slab, std::int64_t lanes, std::int64_t n, float* data,
                          std::int64_t stride);
};

}  // namespace ppatch
