// SPDX-License-Identifier: Apache-2.0
#include "core/registration/peak_evidence.hpp"

#include <algorithm>
#include <cmath>

#include "math/registration/taper.hpp"

namespace ppatch {

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
  evidence.correlation = peaks.correlation.value / (peaks.share * peaks.cross);
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
  const double apart = 0.5 * (peak * peak - evidence.other * evidence.other);
  return std::exp(std::min(0.0, -apart));
}

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

void fill_lag_scales(std::int64_t n, std::int64_t transform, double edge, std::int64_t max_lag,
                     float* scales) {
  const auto square = [&](std::int64_t u) {
    const auto w = static_cast<double>(taper(u, n, edge, 0.0));
    return w * w;
  };
  double total = 0.0;
  for (std::int64_t u = 0; u < n; ++u) total += square(u);
  std::fill_n(scales, transform, 0.0F);
  for (std::int64_t lag = 0; lag <= max_lag; ++lag) {
    double common = 0.0;
    for (std::int64_t u = 0; u < n; ++u) {
      const std::int64_t other = (u + lag) % transform;
      if (other < n) common += square(u) * square(other);
    }
    const double variance = common * static_cast<double>(transform) / (total * total);
    // Where little overlaps, what an image has in one place counts more than noise would.
    const double overlap = static_cast<double>(n - std::min(lag, n)) / static_cast<double>(n);
    const double trust = edge > 0.0 ? std::sqrt(std::min(1.0, 2.0 * overlap)) : 1.0;
    const auto scale = static_cast<float>(trust / std::sqrt(std::max(variance, 1.0)));
    scales[lag] = scale;
    if (lag > 0) scales[transform - lag] = scale;
  }
}

}  // namespace ppatch
