// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "oracle/patches/shifted.hpp"

namespace oracle {

// gradient (patches, 2), normal (patches, 3), columns in the caller's axes. The magnitudes are the
// sums of absolute terms.
struct Normal {
  std::vector<double> gradient;
  std::vector<double> normal;
  std::vector<double> gradient_magnitude;
  std::vector<double> normal_magnitude;
};

// Of waves, of either model; probe null: of patches.
Normal position_normal(const Scan& scan, const Values& image, const Probe* probe,
                       const Values& cotangent);

}  // namespace oracle
