// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cpu/scene/spectrum_pass.hpp"

namespace ptychopatch {
namespace {

// Of the strength of chroma about what the carriers say, in its units: a standard deviation of 1.
constexpr double chroma_prior = 1.0;
constexpr std::int64_t least_tiles = 30;  // for the covariance from the scatter of tiles
// More tiles than these tell no more about it: of larger images some rows of tiles are looked at.
constexpr std::int64_t enough_tiles = 700;

// out = H^-1 G H^-1 for symmetric matrices yy, yx, xx.
bool sandwich(const double h[3], const double g[3], double out[3]) {
  const double determinant = h[0] * h[2] - h[1] * h[1];
  if (!(determinant > 0.0)) return false;
  const double i[3] = {h[2] / determinant, -h[1] / determinant, h[0] / determinant};
  const double a = i[0] * g[0] + i[1] * g[1];  // I G
  const double b = i[0] * g[1] + i[1] * g[2];
  const double c = i[1] * g[0] + i[2] * g[1];
  const double d = i[1] * g[1] + i[2] * g[2];
  out[0] = a * i[0] + b * i[1];
  out[1] = a * i[1] + b * i[2];
  out[2] = c * i[1] + d * i[2];
  return true;
}

// N sum w^4 / (sum w^2)^2 of the window along one axis.
double window_excess(std::int64_t n) {
  double fourth = 0.0;
  double second = 0.0;
  for (std::int64_t u = 0; u < n; ++u) {
    const double w = tukey(static_cast<double>(u), static_cast<double>(n), 0.025);
    fourth += w * w * w * w;
    second += w * w;
  }
  return static_cast<double>(n) * fourth / (second * second);
}

// The inverse of Fisher's information, from the coherence of the rings.
void fisher_covariance(const FineShift& shift, const Band& band, const double* sums,
                       double out[3]) {
  const double share = static_cast<double>(shift.overlap[0] * shift.overlap[1]) /
                       static_cast<double>(band.fft->height() * band.fft->width());
  const double scale = 4.0 * pi * pi * share;
  const double j[3] = {scale * sums[fisher_yy], scale * sums[fisher_yx], scale * sums[fisher_xx]};
  const double excess = window_excess(shift.overlap[0]) * window_excess(shift.overlap[1]);
  const double determinant = j[0] * j[2] - j[1] * j[1];
  if (determinant > 0.0) {
    out[0] = excess * j[2] / determinant;
    out[1] = -excess * j[1] / determinant;
    out[2] = excess * j[0] / determinant;
  } else {  // images of one row or column: nothing is known of the other axis
    out[0] = j[0] > 0.0 ? excess / j[0] : INFINITY;
    out[1] = 0.0;
    out[2] = j[2] > 0.0 ? excess / j[2] : INFINITY;
  }
}

bool tile_covariance(const FineShift& shift, const Band& band, const EstimateTools& tools,
                     double out[3]) {
  const PlaneFft& fft = *band.fft;
  const std::int64_t rows = (shift.overlap[0] + covariance_tile - 1) / covariance_tile;
  const std::int64_t columns = (shift.overlap[1] + covariance_tile - 1) / covariance_tile;
  if (rows * columns < least_tiles) return false;
  const std::int64_t every = std::max<std::int64_t>(1, rows * columns / enough_tiles);
  const std::int64_t looked_at = (rows - 1 - every / 2) / every + 1;
  const auto first_of = [&](std::int64_t index) {
    return std::max<std::int64_t>((every / 2 + index * every) * covariance_tile, slope_reach);
  };
  const auto end_of = [&](std::int64_t index) {
    return std::min((every / 2 + index * every + 1) * covariance_tile,
                    shift.overlap[0] - slope_reach);
  };
  const auto needed = [&](std::int64_t first, std::int64_t end) {
    const std::int64_t pitch = every * covariance_tile;
    const std::int64_t index = std::max<std::int64_t>(0, (first - slope_reach) / pitch - 1);
    for (std::int64_t i = index; i < std::min(looked_at, index + 4); ++i) {
      if (first < end_of(i) + slope_reach && end > first_of(i) - slope_reach) return true;
    }
    return false;
  };
  // Six sums a row of tiles, then two a tile while it is worked on.
  fft.inverse(tools.weighted_spectrum, shift.overlap[0], *tools.arena, tools.fft_slots, needed);
  fft.inverse(tools.moving_spectrum, shift.overlap[0], *tools.arena, tools.fft_slots, needed);
  const std::int64_t stride = 6 + 2 * columns;
  tools.arena->parallel_for(looked_at, [&](std::int64_t tile_row, int) {
    double* sums = tools.sums + tile_row * stride;
    double* gradient = sums + 6;
    std::fill(sums, sums + stride, 0.0);
    const std::int64_t start = first_of(tile_row);
    const std::int64_t end = end_of(tile_row);
    for (std::int64_t y = start; y < end; ++y) {
      const float* a[2 * slope_reach + 1];
      const float* b[2 * slope_reach + 1];
      for (int r = 0; r <= 2 * slope_reach; ++r) {
        const std::int64_t at = (y + r - slope_reach) * fft.row_floats();
        a[r] = tools.weighted_spectrum + at;
        b[r] = tools.moving_spectrum + at;
      }
      tools.loops->tile_row(a, b, shift.overlap[1], gradient, sums);
    }
    for (std::int64_t t = 0; t < columns; ++t) {
      sums[3] += gradient[2 * t] * gradient[2 * t];
      sums[4] += gradient[2 * t] * gradient[2 * t + 1];
      sums[5] += gradient[2 * t + 1] * gradient[2 * t + 1];
    }
  });
  double total[6] = {};
  std::int64_t lines = 0;
  for (std::int64_t r = 0; r < looked_at; ++r) {
    for (int i = 0; i < 6; ++i) total[i] += tools.sums[r * stride + i];
    lines += std::max<std::int64_t>(0, end_of(r) - first_of(r));
  }
  // The whole has so much more to tell than what was looked at.
  const double share =
      static_cast<double>(lines) / static_cast<double>(shift.overlap[0] - 2 * slope_reach);
  if (!sandwich(total, total + 3, out)) return false;
  for (int i = 0; i < 3; ++i) out[i] *= share;
  return true;
}

}  // namespace

ShiftQuality shift_quality(const FineShift& shift, const Band& band, const EstimateTools& tools) {
  ShiftQuality quality;
  SpectrumPass pass(band, tools);
  double rest[2];
  for (int axis = 0; axis < 2; ++axis) {
    rest[axis] = shift.displacement[axis] - static_cast<double>(shift.whole[axis]);
  }
  pass.set_shift(rest);
  pass.set_displacement(shift.displacement);
  pass.run(tools.loops->weigh_row, band_sums, true);
  const double* sums = tools.sums;
  const double power = sums[reference_power] * sums[moving_power];
  if (power > 0.0) {
    quality.peak = std::clamp(sums[cross_power] / std::sqrt(power), 0.0, 1.0);
    quality.residual = std::sqrt(std::max(0.0, 1.0 - quality.peak * quality.peak));
    quality.gain = sums[cross_power] / sums[moving_power];
  }
  LeakSums leak;
  for (int i = 0; i < 3; ++i) leak.fisher[i] = sums[fisher_yy + i];
  leak.mixed[0] = sums[leak_y];
  leak.mixed[1] = sums[leak_x];
  leak.square = sums[leak_square];
  leak.slope = sums[leak_slope];
  const LeakFit fit = fit_leak(leak, chroma_prior);
  quality.correction[0] = fit.error[0];
  quality.correction[1] = fit.error[1];
  double fisher[3];
  fisher_covariance(shift, band, sums, fisher);
  if (!tile_covariance(shift, band, tools, quality.covariance)) {
    std::copy(fisher, fisher + 3, quality.covariance);
  }
  for (int i = 0; i < 3; ++i) quality.covariance[i] += fit.covariance[i];
  return quality;
}

}  // namespace ptychopatch
