// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/hd.hpp"

namespace ppatch {

// The vertex of the parabola through three values, as an offset from the middle one.
PPATCH_HD double parabola_vertex(double before, double middle, double after) {
  const double bend = before - 2.0 * middle + after;
  if (!(bend < 0.0)) return 0.0;
  const double offset = 0.5 * (before - after) / bend;
  return offset < -0.5 ? -0.5 : offset > 0.5 ? 0.5 : offset;
}

}  // namespace ppatch
