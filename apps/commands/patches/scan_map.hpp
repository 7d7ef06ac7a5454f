// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "pictures/canvas.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// A nominal position, how far the refined one lies from it, and what the fit leaves of that; (y, x)
// in pixels.
struct ScanStep {
  double place[2];
  double moved[2];
  double left[2];
  bool outlier;  // beyond what Huber's weights take for a normal error
};

// Two maps of a scan side by side: arrows from nominal to refined positions, and what the affine
// map leaves of them, each with its own scale.
pictures::Canvas draw_scan_map(const std::vector<ScanStep>& steps, const ppatch_scan_fit_info& fit);

}  // namespace ptychopatch::app
