// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "oracle/patches/patches.hpp"

namespace oracle {

// All (patches, 2), columns in the caller's axes. The magnitudes are the sums of absolute terms.
struct Gradient {
  std::vector<double> gradient;
  std::vector<double> curvature;
  std::vector<double> gradient_magnitude;
  std::vector<double> curvature_magnitude;
};

Gradient position_gradient(const Scan& scan, const Values& image, const Values& cotangent);

}  // namespace oracle
