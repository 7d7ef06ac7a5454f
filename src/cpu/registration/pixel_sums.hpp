// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/registration/cfa_phase_sums.hpp"

namespace ppatch {

// What is summed over: the rows of every `every`-th period of the top-left height x width.
struct SummedPixels {
  const SceneImageView& view;
  std::int64_t height = 0, width = 0;
  int period = 1;
  std::int64_t every = 1;
  double origin = 0.0;
};

// Doubles of scratch for images up to this height.
std::int64_t pixel_sums_doubles(std::int64_t height);
CfaPhaseSums sum_pixels(const SummedPixels& pixels, const SceneLoops& loops, const Arena& arena,
                        double* scratch);

}  // namespace ppatch
