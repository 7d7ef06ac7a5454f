// SPDX-License-Identifier: Apache-2.0
#include "core/registration/scene_geometry.hpp"

#include <algorithm>

#include "core/registration/cfa_pattern.hpp"
#include "core/registration/fft_size.hpp"

namespace ppatch {
namespace {

bool halves(const std::int64_t size[2]) {
  return size[0] * size[1] >= halving_area && std::min(size[0], size[1]) >= halving_side;
}

}  // namespace

std::int64_t padded_size(std::int64_t n) { return n == 1 ? 1 : good_fft_size(n + n * 3 / 4 + 1); }

SceneGeometry::SceneGeometry(const SceneSettings& settings, std::int64_t h, std::int64_t w) {
  step = block_side(settings.cfa);
  const std::int64_t period = settings.cfa.period;
  height = settings.circular ? h / period * period : h / step * step;
  width = settings.circular ? w / period * period : w / step * step;
  size[0][0] = height / step;
  size[0][1] = width / step;
  while (!settings.circular && scales < max_scales && halves(size[scales - 1])) {
    for (int axis = 0; axis < 2; ++axis) size[scales][axis] = size[scales - 1][axis] / 2;
    ++scales;
  }
  const auto copies_by_axis = static_cast<int>((period + step - 1) / step);
  if (scales == 1) copies = copies_by_axis * copies_by_axis;
  const std::int64_t* coarse = size[scales - 1];
  const double pixels = static_cast<double>(step) * static_cast<double>(1 << (scales - 1));
  for (int axis = 0; axis < 2; ++axis) {
    for (int scale = 0; scale < scales; ++scale) {
      const std::int64_t n = size[scale][axis];
      fft[scale][axis] = settings.circular ? n : good_fft_size(n);
    }
    const auto n = static_cast<double>(coarse[axis]);
    const double unlimited = settings.circular ? n / 2 : n - std::max(n / 4.0, 8.0 / pixels);
    const double asked = settings.max_shift[axis] / pixels;
    double max_lag = asked > 0.0 ? std::min(asked + 1.0, unlimited) : unlimited;
    if (n == 1.0) max_lag = 0.0;
    max_coarse_lag[axis] = std::max(0.0, max_lag);
    const auto reach = static_cast<std::int64_t>(max_coarse_lag[axis]);
    coarse_fft[axis] = settings.circular || coarse[axis] == 1 ? coarse[axis]
                       : 2.0 * max_coarse_lag[axis] > n ? good_fft_size(coarse[axis] + reach + 1)
                                                        : good_fft_size(coarse[axis]);
  }
}

std::int64_t SceneGeometry::coarse_floats() const {
  std::int64_t floats = 0;
  for (int scale = 1; scale < scales; ++scale) floats += size[scale][0] * size[scale][1];
  return floats;
}

}  // namespace ppatch
