// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// A nominal position with what was found of it, in (y, x).
struct ScanPosition {
  double nominal[2] = {};
  double refined[2] = {};
  double information[3] = {1.0, 0.0, 1.0};  // yy, yx, xx
  double residual[2] = {};
};

// Fills the fit, but for its struct_size, and the residuals. sigma 0: it is found.
void fit_affine(std::vector<ScanPosition>& positions, double sigma, ppatch_scan_fit_info* fit);

}  // namespace ppatch
