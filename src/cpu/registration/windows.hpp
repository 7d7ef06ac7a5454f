// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {

// Puts the windowed part, freed of its weighted mean, into the top left corner of the transform's
// plane, zeros to the right of it, and transforms it.
void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum);

}  // namespace ppatch
