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

// A probe that is shifted leaves the object at whole pixels.
inline ppatch_interpolation interpolation_in_use(const ppatch_patch_options& options) {
  return options.subpixel == PPATCH_SUBPIXEL_PROBE ? PPATCH_INTERPOLATION_NEAREST
                                                   : options.interpolation;
}

}  // namespace oracle
