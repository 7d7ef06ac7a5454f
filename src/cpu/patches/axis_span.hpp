// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "math/enums.hpp"

namespace ppatch {

// Which of a patch's extended coordinates e in [0, extent), standing at start + e, can fall on [t0,
// t1) of an axis of n samples. Folded: the boundary mode moves some of them, and each has to be
// asked.
struct AxisSpan {
  std::int64_t begin = 0, end = 0;
  bool folded = false;
};

inline AxisSpan axis_span(Boundary boundary, std::int64_t start, std::int64_t extent,
                          std::int64_t n, std::int64_t t0, std::int64_t t1) {
  const bool clips = boundary == Boundary::zero || boundary == Boundary::constant;
  if (!clips && (start < 0 || start + extent > n)) return {0, extent, true};
  return {std::max<std::int64_t>(0, t0 - start), std::min(extent, t1 - start), false};
}

}  // namespace ppatch
