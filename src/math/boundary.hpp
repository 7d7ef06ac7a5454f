// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_MATH_BOUNDARY_HPP_
#define PTYCHOPATCH_MATH_BOUNDARY_HPP_

#include <cstdint>

#include "math/enums.hpp"
#include "math/hd.hpp"

namespace ptychopatch {

// The remainder in [0, n).
PPATCH_HD std::int64_t floor_mod(std::int64_t i, std::int64_t n) {
  const std::int64_t r = i % n;
  return r < 0 ? r + n : r;
}

// Index of the sample that stands at coordinate i of an axis of n samples extended by the boundary
// mode; -1 where there is none (zero and constant).
PPATCH_HD std::int64_t extended_index(Boundary boundary, std::int64_t i, std::int64_t n) {
  if (i >= 0 && i < n) return i;
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

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_MATH_BOUNDARY_HPP_
