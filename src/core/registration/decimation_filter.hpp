// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ppatch {

constexpr int decimation_taps = 64;  // at most

// The low-pass filter before every step-th sample is kept: a Kaiser-windowed sinc, the same along
// both axes, whose stop band begins where the kept samples' baseband ends. What it does to the
// passband is common to both images and cancels in their weights.
struct DecimationFilter {
  DecimationFilter() = default;
  explicit DecimationFilter(int keep_one_of);

  int step = 1;
  int count = 1;
  float taps[decimation_taps] = {1.0F};
  int half() const { return (count - 1) / 2; }
};

}  // namespace ppatch
