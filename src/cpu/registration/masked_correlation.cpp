// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cpu/registration/correlation_map.hpp"

namespace ppatch {

CorrelationPeak correlate_masked(float* reference, float* moving, const PlaneFft& fft,
                                 const CorrelationSearch& search, double ratio, const Arena& arena,
                                 const FftSlots& slots) {
  const std::int64_t plane = fft.plane_floats();
  for (int i = 0; i < masked_planes; ++i) {
    fft.forward(reference + i * plane, search.size[0], arena, slots);
    fft.forward(moving + i * plane, search.size[0], arena, slots);
  }
  float* image = reference;
  float* mask = reference + plane;
  float* square = reference + 2 * plane;
  float* moving_image = moving;
  float* moving_mask = moving + plane;
  float* moving_square = moving + 2 * plane;
  // Six products, each in the place of a factor that is no longer needed.
  const auto none = Normalisation::none;
  multiply_spectra(square, moving_mask, square, fft, arena, none);  // squares of R in overlap
  multiply_spectra(mask, moving_square, moving_square, fft, arena, none);  // squares of M
  float* product = reference + 3 * plane;
  float* moving_sum = moving + 3 * plane;
  multiply_spectra(image, moving_image, product, fft, arena, none);
  multiply_spectra(mask, moving_image, moving_sum, fft, arena, none);  // sums of M
  multiply_spectra(image, moving_mask, image, fft, arena, none);       // sums of R
  multiply_spectra(mask, moving_mask, mask, fft, arena, none);         // pixels in the overlap
  for (float* map : {square, moving_square, product, moving_sum, image, mask}) {
    fft.inverse(map, fft.height(), arena, slots);
  }
  const double scale = 1.0 / static_cast<double>(fft.height() * fft.width());
  float max_overlap = 0.0F;
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      float& n = mask[y * fft.row_floats() + x];
      n = std::floor(static_cast<float>(scale) * n + 0.5F);
      max_overlap = std::max(max_overlap, n);
    }
  }
  double max_spread = 0.0;
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + x;
      const double n = std::max(static_cast<double>(mask[i]), 1e-9);
      const double r = scale * static_cast<double>(image[i]);
      const double m = scale * static_cast<double>(moving_sum[i]);
      const double spread =
          std::sqrt(std::max(0.0, scale * static_cast<double>(square[i]) - r * r / n) *
                    std::max(0.0, scale * static_cast<double>(moving_square[i]) - m * m / n));
      product[i] = static_cast<float>(scale * static_cast<double>(product[i]) - r * m / n);
      square[i] = static_cast<float>(spread);
      max_spread = std::max(max_spread, spread);
    }
  }
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + x;
      const bool counts =
          mask[i] >= ratio * max_overlap && mask[i] > 0.0F && square[i] > 1e-4 * max_spread;
      product[i] = counts ? std::clamp(product[i] / square[i], -1.0F, 1.0F) : 0.0F;
    }
  }
  Lag best;
  for_lags(product, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    if (value > best.value) best = {y, x, value};
  });
  double sum[2] = {};
  double count = 0.0;
  for_lags(product, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    if (value < best.value) return;
    sum[0] -= static_cast<double>(y);
    sum[1] -= static_cast<double>(x);
    count += 1.0;
  });
  CorrelationPeak peak;
  peak.found = best.value > 0.0;
  peak.value = std::max(0.0, best.value);
  peak.second_ratio = second_ratio(product, fft, search, best);
  for (int axis = 0; axis < 2; ++axis) peak.shift[axis] = count > 0.0 ? sum[axis] / count : 0.0;
  return peak;
}

}  // namespace ppatch
