// SPDX-License-Identifier: Apache-2.0
#include "cpu/scene/windows.hpp"

#include <algorithm>

namespace ptychopatch {
namespace {

double fill_taper(std::int64_t n, double edge, double shift, float* out) {
  double sum = 0.0;
  for (std::int64_t u = 0; u < n; ++u) {
    out[u] = edge > 0.0 ? static_cast<float>(
                              tukey(static_cast<double>(u) - shift, static_cast<double>(n), edge))
                        : 1.0F;
    sum += static_cast<double>(out[u]);
  }
  return sum;
}

}  // namespace

void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum) {
  float* wx = tools.tables + 3 * fft.spectrum_width() + 2 * fft.height();
  float* wy = wx + window.width;
  const double weight = fill_taper(window.width, window.edge, window.shift_x, wx) *
                        fill_taper(window.height, window.edge, window.shift_y, wy);
  const auto row = [&](std::int64_t y) { return plane.row(window.y + y) + window.x; };
  constexpr std::int64_t rows = 32;
  const std::int64_t blocks = (window.height + rows - 1) / rows;
  tools.arena->parallel_for(blocks, [&](std::int64_t block, int) {
    for (std::int64_t y = block * rows; y < std::min(window.height, (block + 1) * rows); ++y) {
      tools.sums[y] =
          static_cast<double>(wy[y]) * tools.loops->weighted_sum(row(y), wx, window.width);
    }
  });
  double mean = 0.0;
  for (std::int64_t y = 0; y < window.height; ++y) mean += tools.sums[y];
  mean = weight > 0.0 ? mean / weight : 0.0;
  fft.forward(spectrum, window.height, *tools.arena, tools.fft_slots,
              [&](std::int64_t y, float* out) {
                tools.loops->window(row(y), static_cast<float>(mean), wy[y], wx, out, window.width);
                std::fill(out + window.width, out + fft.width(), 0.0F);
              });
}

}  // namespace ptychopatch
