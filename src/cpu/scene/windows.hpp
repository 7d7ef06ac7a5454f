// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SCENE_WINDOWS_HPP_
#define PTYCHOPATCH_CPU_SCENE_WINDOWS_HPP_

#include "cpu/scene/shift_estimate.hpp"

namespace ptychopatch {

// A part of a plane under a separable Tukey window that is moved by a fraction of a sample.
struct Window {
  std::int64_t y = 0, x = 0, height = 0, width = 0;
  double edge = 0.0;  // of either side; 0: no taper
  double shift_y = 0.0, shift_x = 0.0;
};

// Puts the windowed part, freed of its weighted mean, into the top left corner of the transform's
// plane, zeros to the right of it, and transforms it.
void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum);

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SCENE_WINDOWS_HPP_
