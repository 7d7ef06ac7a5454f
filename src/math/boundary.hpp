// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/enums.hpp"
#include "math/hd.hpp"

namespace ppatch {

// The remainder in [0, n).
PPATCH_HD std::int64_t floor_mod(std::int64_t i, std::int64_t n) {
  const std::int64_t r = i % n;
  return r < 0 ? r + n : r;
}

// extended_index for coordinates beyond the axis.
PPATCH_HD_CALLED std::int64_t folded_index(Boundary boundary, std::int64_t i, std::int64_t n) {
  switch (boundary) {
    case Boundary::edge:
      return i < 0 ? 0 : n - 1;
    case Boundary::reflect: {
      if (n == 1) return 0;
      const std::int64_t period = 2 * (n - 1);
      const std::int64_t r = floor_mod(i, period);
      return r < n ? r : period - r;
    }
    case Boundary::wrap:
      return floor_mod(i, n);
    default:
      return -1;
  }
}

// Index of the sample that stands at coordinate i of an axis of n samples extended by the boundary
// mode; -1 where there is none (zero and constant).
PPATCH_HD std::int64_t extended_index(Boundary boundary, std::int64_t i, std::int64_t n) {
  return i >= 0 && i < n ? i : folded_index(boundary, i, n);
}

// Coordinates that the boundary mode takes to sample `index`: the least that is not below `from`.
// INT64_MAX where there is none.
PPATCH_HD_CALLED std::int64_t next_extended(Boundary boundary, std::int64_t index, std::int64_t n,
                                            std::int64_t from) {
  constexpr std::int64_t none = INT64_MAX;
  switch (boundary) {
    case Boundary::edge: {
      const bool low = index == 0;
      const bool high = index == n - 1;
      if (from <= index) return low ? from : index;
      return high ? from : none;
    }
    case Boundary::reflect: {
      if (n == 1) return from;
      const std::int64_t period = 2 * (n - 1);
      const std::int64_t one = floor_mod(index - from, period);
      const std::int64_t other = floor_mod(-index - from, period);
      return from + (one < other ? one : other);
    }
    case Boundary::wrap:
      return from + floor_mod(index - from, n);
    default:
      return from <= index ? index : none;
  }
}

// Whether a stretch of coordinates needs the boundary mode to be taken to samples, several of them
// to the same one perhaps; else each is a sample, or none.
PPATCH_HD bool is_folded(Boundary boundary, std::int64_t start, std::int64_t extent,
                         std::int64_t n) {
  const bool clips = boundary == Boundary::zero || boundary == Boundary::constant;
  return !clips && (start < 0 || start + extent > n);
}

}  // namespace ppatch
