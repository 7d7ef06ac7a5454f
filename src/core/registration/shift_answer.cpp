// SPDX-License-Identifier: Apache-2.0
#include "core/registration/shift_answer.hpp"

#include <algorithm>
#include <cmath>

#include "math/registration/taper.hpp"

namespace ppatch {
namespace {

// Of chroma against luminance, in power: what the weights take leaked chroma for.
constexpr float leak_strength = 0.3F;
// Of the strength of chroma about what the carriers say, in its units: a standard deviation of 1.
constexpr double chroma_prior = 1.0;
// Two images of one scene have more coherence, or a correlation with one peak.
constexpr double unrelated_coherence = 0.01;
constexpr double unrelated_second_peak = 0.6;

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
void fisher_covariance(const FineShift& shift, const std::int64_t transform[2], const double* sums,
                       double out[3]) {
  const double factor = 4.0 * pi * pi * shift.share_of(transform);
  const double j[3] = {factor * sums[fisher_yy], factor * sums[fisher_yx],
                       factor * sums[fisher_xx]};
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

bool tile_covariance(const FineShift& shift, const TileSums& tiles, double out[3]) {
  if (!sandwich(tiles.hessian, tiles.squares, out)) return false;
  const double share = CovarianceTiles(shift.overlap).share();
  for (int i = 0; i < 3; ++i) out[i] *= share;
  return true;
}

}  // namespace

ppatch_shift begun_answer(const SceneImageView& reference, const SceneImageView& moving,
                          ppatch_backend backend) {
  ppatch_shift answer{};
  answer.backend = backend;
  answer.common_height = std::min(reference.height, moving.height);
  answer.common_width = std::min(reference.width, moving.width);
  return answer;
}

int leaking_carriers(const CfaPattern& cfa, Carrier* carriers) {
  const int count = cfa_carriers(cfa, carriers);
  for (int i = 0; i < count; ++i) carriers[i].strength *= leak_strength;
  return count;
}

double second_peak_distance(double pixels) { return std::max(8.0 / pixels, 3.0); }

double shortest_side(std::int64_t height, std::int64_t width) {
  if (height == 1) return static_cast<double>(width);
  if (width == 1) return static_cast<double>(height);
  return static_cast<double>(std::min(height, width));
}

std::int64_t ring_count(std::int64_t height, std::int64_t width) {
  // |f| is at most sqrt(1/2), rings are 2 / shortest side wide.
  return static_cast<std::int64_t>(0.5 * 0.7072 * shortest_side(height, width)) + 2;
}

ShiftQuality shift_quality_of(const FineShift& shift, const std::int64_t transform[2],
                              const double* sums, const TileSums* tiles) {
  ShiftQuality quality;
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
  if (!tiles || !tile_covariance(shift, *tiles, quality.covariance)) {
    fisher_covariance(shift, transform, sums, quality.covariance);
  }
  for (int i = 0; i < 3; ++i) quality.covariance[i] += fit.covariance[i];
  return quality;
}

void complete_answer(const FineShift& shift, const ShiftQuality& quality, int step,
                     ppatch_shift& result) {
  result.coherence = shift.coherence;
  result.iterations = shift.iterations;
  result.status = shift.status;
  for (int axis = 0; axis < 2; ++axis) {
    result.shift[axis] = -(shift.displacement[axis] + quality.correction[axis]) * step;
  }
  if (shift.status != PPATCH_SHIFT_STATUS_OK) return;
  for (int i = 0; i < 3; ++i) result.covariance[i] = quality.covariance[i] * step * step;
  result.peak = quality.peak;
  result.residual = quality.residual;
  result.gain = quality.gain;
  if (shift.coherence < unrelated_coherence && result.second_peak_ratio > unrelated_second_peak) {
    result.status = PPATCH_SHIFT_STATUS_UNRELATED;
  }
}

}  // namespace ppatch
