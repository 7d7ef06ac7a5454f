// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cpu/registration/correlation.hpp"

namespace ppatch {

// conj(a) b to `to`, bin by bin.
inline void multiply_spectra(const float* a, const float* b, float* to, const PlaneFft& fft,
                             const Arena& arena, Normalisation normalisation) {
  arena.parallel_for(fft.height(), [&](std::int64_t y, int) {
    for (std::int64_t x = 0; x < fft.spectrum_width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + 2 * x;
      const float re = a[i] * b[i] + a[i + 1] * b[i + 1];
      const float im = a[i] * b[i + 1] - a[i + 1] * b[i];
      float scale = 1.0F;
      if (normalisation == Normalisation::phase) {
        const float size = std::sqrt(re * re + im * im);
        scale = size > 0.0F ? 1.0F / size : 0.0F;
      }
      to[i] = scale * re;
      to[i + 1] = scale * im;
    }
  });
}

struct Lag {
  std::int64_t y = 0, x = 0;
  double value = -std::numeric_limits<double>::infinity();
};

// Calls body(D, value) for each lag D of the map within the search, in order of -D: the first of
// equal shifts is then the same as in a search over shifts.
template <class Body>
void for_lags(const float* map, const PlaneFft& fft, const CorrelationSearch& search, Body&& body) {
  const std::int64_t n[2] = {fft.height(), fft.width()};
  std::int64_t min_lag[2];
  std::int64_t max_lag[2];
  for (int axis = 0; axis < 2; ++axis) {
    const auto reach = static_cast<std::int64_t>(search.max_lag[axis]);
    // Shifts d from -(n - 1) / 2 to n / 2, so D = -d.
    min_lag[axis] = -std::min(reach, n[axis] / 2);
    max_lag[axis] = std::min(reach, (n[axis] - 1) / 2);
  }
  for (std::int64_t y = max_lag[0]; y >= min_lag[0]; --y) {
    const float* row = map + (y < 0 ? y + n[0] : y) * fft.row_floats();
    for (std::int64_t x = max_lag[1]; x >= min_lag[1]; --x) {
      body(y, x, static_cast<double>(row[x < 0 ? x + n[1] : x]));
    }
  }
}

// Of the largest value more than search.apart from the best, over that.
inline double second_ratio(const float* map, const PlaneFft& fft, const CorrelationSearch& search,
                           const Lag& best) {
  double second = 0.0;
  for_lags(map, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    const auto dy = static_cast<double>(std::abs(y - best.y));
    const auto dx = static_cast<double>(std::abs(x - best.x));
    if ((dy > search.apart || dx > search.apart) && value > second) second = value;
  });
  return best.value > 0.0 ? second / best.value : 1.0;
}

}  // namespace ppatch
