// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/bits.hpp"

namespace ppatch {

// A row is summed in lanes, value x in lane x mod row_lanes, and these in a fixed order: the bits
// are those of every SIMD target and of a card.
constexpr int row_lanes = 8;

PPATCH_HD double sum_of_lanes(const double* lane) {
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

// Of value(x) for x < n.
template <class Value>
PPATCH_HD double sum_of_row(std::int64_t n, const Value& value) {
  double lane[row_lanes] = {};
  std::int64_t x = 0;
  for (; x + row_lanes <= n; x += row_lanes) {
    for (int l = 0; l < row_lanes; ++l) lane[l] += value(x + l);
  }
  for (int l = 0; x < n; ++x, ++l) lane[l] += value(x);
  return sum_of_lanes(lane);
}

}  // namespace ppatch
