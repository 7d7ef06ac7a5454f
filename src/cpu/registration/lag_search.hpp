// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/registration/shift_estimate.hpp"
#include "kernels/registration/lag_surface.hpp"

namespace ppatch {

// Completes `peaks`, whose sums are known, from the correlation and that by phase alone within
// +-range samples.
void search_lags(const LagSurface& cross, const LagSurface& phase, const std::int64_t range[2],
                 const EstimateTools& tools, SurfacePeaks& peaks);

}  // namespace ppatch
