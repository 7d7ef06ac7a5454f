// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {

constexpr int max_channels = 16;

// How the channels of a pixel become one value.
struct ChannelSum {
  double weight[max_channels] = {};  // their sum is one
  bool clips = false;
  double white = 0.0;
  double clipped = 0.0;  // what a clipped pixel becomes
};

// image: the channels, each as an image.
template <class T>
struct LuminancePixel {
  ImageView image, out;
  ChannelSum sum;

  PPATCH_HD void at(std::int64_t, std::int64_t y, std::int64_t x) const {
    double total = 0.0;
    bool clipped = false;
    PPATCH_ROLLED
    for (std::int64_t c = 0; c < image.count; ++c) {
      const auto value = static_cast<double>(*image.at<T>(c, y, x));
      clipped = clipped || (sum.clips && value >= sum.white);
      total += sum.weight[c] * value;
    }
    store_sample(out, 0, y, x, clipped ? sum.clipped : total);
  }
};

}  // namespace ppatch
