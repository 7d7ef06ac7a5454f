// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"

namespace ppatch {

// The sizes that follow from those of a common area.
struct SceneGeometry {
  SceneGeometry() = default;
  SceneGeometry(const SceneSettings& settings, std::int64_t height, std::int64_t width);

  int step = 1;                        // pixels of the raw image a sample of the band-limited image
  std::int64_t height = 0, width = 0;  // pixels that are used
  // Scale 0 is the band-limited image, each further one half as fine as that before; the coarse
  // peak is looked for on the last.
  static constexpr int max_scales = 12;
  int scales = 1;
  std::int64_t size[max_scales][2] = {};  // samples
  std::int64_t fft[max_scales][2] = {};   // of windows of a scale
  std::int64_t coarse_fft[2] = {0, 0};    // of the last scale, padded for large shifts
  // How often the band that the coarse peak is looked for in may have the same content: a period of
  // the CFA that is longer than a sample copies it about its carriers.
  int copies = 1;
  double max_coarse_lag[2] = {0.0, 0.0};  // samples of it that the peak may lie off

  // Too few samples to tell a shift.
  bool is_too_small() const { return size[0][0] * size[0][1] < 16; }
  // How far lags are looked at, samples of the coarsest scale.
  std::int64_t lag_range(int axis) const {
    const auto max_lag = static_cast<std::int64_t>(max_coarse_lag[axis]);
    const std::int64_t half = (coarse_fft[axis] - 1) / 2;
    return max_lag < half ? max_lag : half;
  }
  // Of the scales behind the first.
  std::int64_t coarse_floats() const;

  bool operator==(const SceneGeometry&) const = default;
};

// Of a transform in which n samples may be moved by all but a quarter of them.
std::int64_t padded_size(std::int64_t n);

// Scales of at least that many samples, and on either side, have a coarser one.
constexpr std::int64_t halving_area = std::int64_t{768} * 768;
constexpr std::int64_t halving_side = 384;

}  // namespace ppatch
