// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/registration/shift_estimate.hpp"
#include "math/registration/taper.hpp"
#include "math/registration/trend.hpp"

namespace ppatch {
namespace {

// One axis of a window: its taper, coordinates and their moments under it.
struct WindowAxis {
  WindowAxis(std::int64_t n, double edge, double shift, float* taper_out, std::int64_t step)
      : taper(taper_out) {
    double moments[trend_moments] = {};
    for (std::int64_t u = 0; u < n; ++u) {
      taper[u] = ppatch::taper(u, n, edge, shift);
      if (u % step != 0) continue;
      const double v = trend_coordinate(u, n);
      double power = static_cast<double>(taper[u]);
      for (double& moment : moments) {
        moment += power;
        power *= v;
      }
    }
    fill_orthonormal(moments, edge > 0.0 ? trend_terms_of(n) : 1, polynomials);
  }

  float* taper;
  OrthonormalPolynomials polynomials;
};

}  // namespace

void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum) {
  const std::int64_t width = window.width;
  float* v = tools.tables + 3 * fft.spectrum_width() + 2 * fft.height();
  float* wx = v + width;  // and that times v, v^2, v^3
  const WeighedRows weighed(window.height, window.width);
  const WindowAxis x(width, window.edge, window.shift_x, wx, 1);
  const WindowAxis y(window.height, window.edge, window.shift_y, wx + trend_terms * width,
                     weighed.step);
  for (std::int64_t u = 0; u < width; ++u) {
    v[u] = static_cast<float>(trend_coordinate(u, width));
    for (int l = 1; l < trend_terms; ++l) wx[l * width + u] = wx[(l - 1) * width + u] * v[u];
  }
  const auto row = [&](std::int64_t r) { return plane.row(window.y + r) + window.x; };
  constexpr std::int64_t rows = 16;
  tools.arena->parallel_for((weighed.count + rows - 1) / rows, [&](std::int64_t block, int) {
    for (std::int64_t i = block * rows; i < std::min(weighed.count, (block + 1) * rows); ++i) {
      const float* in = row(i * weighed.step);
      for (int l = 0; l < trend_terms; ++l) {
        tools.sums[trend_terms * i + l] = tools.loops->weighted_sum(in, wx + l * width, width);
      }
    }
  });
  double sums[trend_sums] = {};
  for (std::int64_t i = 0; i < weighed.count; ++i) {
    double power = static_cast<double>(y.taper[i * weighed.step]);
    for (int k = 0; k < trend_terms; ++k) {
      for (int l = 0; k + l < trend_terms; ++l) {
        sums[trend_sum_at(k, l)] += power * tools.sums[trend_terms * i + l];
      }
      power *= trend_coordinate(i * weighed.step, window.height);
    }
  }
  Trend trend;
  fit_trend(sums, y.polynomials, x.polynomials, trend);
  fft.forward(spectrum, window.height, *tools.arena, tools.fft_slots,
              [&](std::int64_t r, float* out) {
                float terms[trend_terms];
                trend.row(trend_coordinate(r, window.height), terms);
                tools.loops->window(row(r), terms, v, y.taper[r], wx, out, width);
                std::fill(out + width, out + fft.width(), 0.0F);
              });
}

}  // namespace ppatch
