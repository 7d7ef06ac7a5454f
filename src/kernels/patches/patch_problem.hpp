// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/patches/patch_taps.hpp"
#include "math/enums.hpp"
#include "math/hd.hpp"

namespace ppatch {

// What every patch kernel knows: the positions and how the image is sampled between and beyond its
// pixels.
struct PatchProblem {
  const PatchOrigin* origins = nullptr;
  const std::int32_t* image_index = nullptr;  // null: every position on every image
  std::int64_t count = 0;
  std::int64_t height = 0, width = 0;
  Interpolation interpolation = Interpolation::bilinear;
  Boundary boundary = Boundary::zero;
  double constant[2] = {0.0, 0.0};

  // The image of position k in batch slice m.
  PPATCH_HD std::int64_t image_of(std::int64_t m, std::int64_t k) const {
    return image_index ? image_index[k] : m;
  }
};

}  // namespace ppatch
