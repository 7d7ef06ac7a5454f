// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {

// What is summed about a pair.
struct SampleValue {
  ImageView image;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return sample_at(image, m, y, x);
  }
};

struct LossValue {
  ImageView anchor, target;
  double gain = 1.0;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return std::fabs(sample_at(anchor, m, y, x) - gain * sample_at(target, m, y, x));
  }
};

struct MaskValue {
  ImageView mask;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return *mask.at<std::uint8_t>(m, y, x) != 0 ? 1.0 : 0.0;
  }
};

}  // namespace ppatch
