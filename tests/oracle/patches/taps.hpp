// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace oracle {

// The sample `offset` pixels after the whole part counts `weight`; slope is the derivative of the
// weight by the position, from the right.
struct Tap {
  int offset;
  double weight;
  double slope;
};

std::vector<Tap> taps(ppatch_interpolation interpolation, long double fraction);

}  // namespace oracle
