// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/correlation_map.hpp"

#include <cmath>

namespace ppatch {

void multiply_spectra(const float* a, const float* b, float* to, const PlaneFft& fft,
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

double second_ratio(const float* map, const PlaneFft& fft, const CorrelationSearch& search,
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
