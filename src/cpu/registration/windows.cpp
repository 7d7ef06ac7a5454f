// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/registration/shift_estimate.hpp"
#include "math/registration/taper.hpp"

namespace ppatch {
namespace {

double fill_taper(std::int64_t n, double edge, double shift, float* out) {
  double sum = 0.0;
  for (std::int64_t u = 0; u < n; ++u) {
    out[u] = taper(u, n, edge, shift);
    sum += static_cast<double>(out[u]);
  }
  return sum;
}

}  // namespace

void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum) {
  float* wx = tools.tables + 3 * fft.spectrum_width() + 2 * fft.height();
  float* wy = wx + window.width;
  const double weight_x = fill_taper(window.width, window.edge, window.shift_x, wx);
  fill_taper(window.height, window.edge, window.shift_y, wy);
  const auto row = [&](std::int64_t y) { return plane.row(window.y + y) + window.x; };
  const WeighedRows weighed(window.height);
  constexpr std::int64_t rows = 16;
  tools.arena->parallel_for((weighed.count + rows - 1) / rows, [&](std::int64_t block, int) {
    for (std::int64_t i = block * rows; i < std::min(weighed.count, (block + 1) * rows); ++i) {
      tools.sums[i] = static_cast<double>(wy[i * weighed.step]) *
                      tools.loops->weighted_sum(row(i * weighed.step), wx, window.width);
    }
  });
  double sum = 0.0;
  double weight = 0.0;
  for (std::int64_t i = 0; i < weighed.count; ++i) {
    sum += tools.sums[i];
    weight += static_cast<double>(wy[i * weighed.step]);
  }
  weight *= weight_x;
  const double mean = weight > 0.0 ? sum / weight : 0.0;
  fft.forward(spectrum, window.height, *tools.arena, tools.fft_slots,
              [&](std::int64_t y, float* out) {
                tools.loops->window(row(y), static_cast<float>(mean), wy[y], wx, out, window.width);
                std::fill(out + window.width, out + fft.width(), 0.0F);
              });
}

}  // namespace ppatch
