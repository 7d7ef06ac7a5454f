// SPDX-License-Identifier: Apache-2.0
#include "core/registration/peak_evidence.hpp"

#include <algorithm>
#include <cmath>

#include "core/registration/shift_rounds.hpp"
#include "math/registration/taper.hpp"

namespace ppatch {
namespace {

void fill_lag_shares(std::int64_t n, std::int64_t transform, bool circular, std::int64_t max_lag,
                     float* shares) {
  std::fill_n(shares, transform, 0.0F);
  for (std::int64_t lag = 0; lag <= max_lag; ++lag) {
    if (!circular && 4 * (n - lag) < n) break;
    const float share = circular ? 1.0F : static_cast<float>(n) / static_cast<float>(n - lag);
    shares[lag] = share;
    if (lag > 0) shares[transform - lag] = share;
  }
}

// spare: n floats.
void fill_lag_scales(std::int64_t n, std::int64_t transform, double edge, std::int64_t max_lag,
                     float* scales, float* spare) {
  if (!(edge > 0.0)) {
    std::fill_n(scales, transform, 1.0F);
    return;
  }
  double total = 0.0;
  for (std::int64_t u = 0; u < n; ++u) {
    const float w = taper(u, n, edge, 0.0);
    spare[u] = w * w;
    total += static_cast<double>(spare[u]);
  }
  const std::int64_t ramp =
      std::min(n, static_cast<std::int64_t>(taper_ramp(static_cast<double>(n), edge)) + 1);
  // What a window and itself have in common, moved by that: one where neither tapers.
  const auto common = [&](std::int64_t lag) {
    const std::int64_t end = n - lag;
    const std::int64_t middle = std::max(end - 2 * ramp, std::int64_t{0});
    double sum = static_cast<double>(middle);
    for (std::int64_t u = 0; u < end; ++u) {
      if (u == ramp) u += middle;
      if (u < end) sum += static_cast<double>(spare[u]) * static_cast<double>(spare[u + lag]);
    }
    return sum;
  };
  const auto scale_at = [&](std::int64_t lag) {
    const double variance =
        (common(lag) + common(transform - lag)) * static_cast<double>(transform) / (total * total);
    // Where little overlaps, what an image has in one place counts more than noise would.
    const double overlap = static_cast<double>(n - std::min(lag, n)) / static_cast<double>(n);
    return std::sqrt(std::min(1.0, 2.0 * overlap) / std::max(variance, 1.0));
  };
  std::fill_n(scales, transform, 0.0F);
  // It is smooth: long images have it at every so many lags.
  const std::int64_t step = max_lag / 512 + 1;
  double next = scale_at(0);
  for (std::int64_t from = 0; from <= max_lag; from += step) {
    const double here = next;
    const std::int64_t to = std::min(from + step, n);
    next = scale_at(to);
    for (std::int64_t lag = from; lag <= std::min(to - 1, max_lag); ++lag) {
      const double part = static_cast<double>(lag - from) / static_cast<double>(to - from);
      const auto scale = static_cast<float>(here + part * (next - here));
      scales[lag] = scale;
      if (lag > 0) scales[transform - lag] = scale;
    }
  }
}

}  // namespace

CoarsePeak coarse_peak_of(const SurfacePeaks& peaks, const std::int64_t transform[2],
                          const std::int64_t range[2]) {
  CoarsePeak out;
  if (!peaks.found) return out;
  out.found = true;
  const double noise = 1.0 / std::sqrt(peaks.sums.square);
  PeakEvidence& evidence = out.evidence;
  evidence.peak = noise * peaks.peak.value;
  evidence.other = noise * peaks.other;
  evidence.repeat = peaks.repeat.value * peaks.scale / (peaks.peak.value * peaks.share);
  // By phase the peak may lie where the correlation has none.
  const double own = peaks.share * peaks.cross;
  evidence.correlation = own > 0.0                       ? peaks.correlation.value / own
                         : peaks.correlation.value > 0.0 ? INFINITY
                                                         : 0.0;
  const auto lags = static_cast<double>((2 * range[0] + 1) * (2 * range[1] + 1));
  const auto planes = static_cast<double>(transform[0] * transform[1]);
  evidence.trials = std::max(1.0, peaks.sums.bins * lags / planes);
  out.displacement[0] = static_cast<double>(peaks.peak.dy) + peaks.fraction[0];
  out.displacement[1] = static_cast<double>(peaks.peak.dx) + peaks.fraction[1];
  const LagValue* second[2] = {&peaks.repeat, &peaks.correlation};
  for (int kind = 0; kind < 2; ++kind) {
    out.second[kind][0] = static_cast<double>(second[kind]->dy);
    out.second[kind][1] = static_cast<double>(second[kind]->dx);
  }
  return out;
}

bool is_suspicious(const PeakEvidence& evidence, int kind) {
  return kind == 0 ? evidence.repeat > suspicious_repeat
                   : evidence.correlation > suspicious_correlation;
}

double false_alarm_of(const PeakEvidence& evidence) {
  return std::min(1.0, evidence.trials * 0.5 * std::erfc(evidence.peak / std::sqrt(2.0)));
}

double ambiguity_of(const PeakEvidence& evidence) {
  const double peak = std::max(evidence.peak, 0.0);
  double apart = 0.5 * (peak * peak - evidence.other * evidence.other);
  if (evidence.other > significant_peak && evidence.trials > 1.0) {
    const double expected = 2.0 * std::log(evidence.trials);  // the square of noise's highest
    apart *= std::min(1.0, expected / (evidence.other * evidence.other));
  }
  return std::exp(std::min(0.0, -apart));
}

void fill_lag_tables(const SceneGeometry& geometry, bool circular, float* tables) {
  const std::int64_t* size = geometry.size[geometry.scales - 1];
  const double edge = whole_window(size, circular).edge;
  for (int axis = 0; axis < 2; ++axis) {
    const std::int64_t n = geometry.coarse_fft[axis];
    const std::int64_t range = geometry.lag_range(axis);
    float* shares = tables + n;
    fill_lag_scales(size[axis], n, edge, range, tables, shares);
    fill_lag_shares(size[axis], n, circular, range, shares);
    tables += 2 * n;
  }
}

}  // namespace ppatch
