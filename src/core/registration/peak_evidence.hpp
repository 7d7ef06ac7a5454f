// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/scene_geometry.hpp"
#include "kernels/registration/lag_surface.hpp"

namespace ppatch {

// What the surface of the correlation by phase alone says of its peak.
struct PeakEvidence {
  double peak = 0.0;    // there, over the noise
  double other = 0.0;   // the largest elsewhere, of either sign, over the noise
  double trials = 1.0;  // independent shifts that were searched
  // Of the larger ones elsewhere: the largest over the peak, both as if all overlapped; of local
  // maxima of the correlation itself, the same.
  double repeat = 0.0, correlation = 0.0;
};

struct CoarsePeak {
  double displacement[2] = {0.0, 0.0};  // D = -d, in samples
  // Where else the images may lie on each other, whole samples: by phase alone, and by the
  // correlation.
  double second[2][2] = {};
  PeakEvidence evidence;
  bool found = false;
};

// From surfaces of a transform of that size, searched up to lags of `range`.
CoarsePeak coarse_peak_of(const SurfacePeaks& peaks, const std::int64_t transform[2],
                          const std::int64_t range[2]);

// Whether the second shifts of both kinds are to be aligned as well.
bool is_suspicious(const PeakEvidence& evidence, int kind);

// How probable a peak that high is where two images have nothing in common.
double false_alarm_of(const PeakEvidence& evidence);

// The likelihood of the second best shift over that of the best. Where it is more than noise, what
// the images have in common beside their content makes many such peaks, and counts as the noise.
double ambiguity_of(const PeakEvidence& evidence);

// Values elsewhere that are no noise are above that many times theirs.
constexpr double significant_peak = 6.0;
// What is aligned as well, as parts of the peak by phase and by the correlation.
constexpr double suspicious_repeat = 0.25, suspicious_correlation = 0.4;
// A second shift is as good if the images tell each other that part of what they do at the first,
// of which more than so many nats a bin are not counted.
constexpr double ambiguous_information = 0.6, plenty_of_information = 2.0;

// Fills the lag tables of the coarse peak's transform, in the order of lag_table_floats, by lag,
// wrapped, zero beyond the lags that are looked at. Scales: one over the standard deviation of the
// surface by phase along one axis, in units of its mean's, where tapered windows overlap less.
// Shares: one over the share of samples that overlaps; 0 where less than a quarter does.
void fill_lag_tables(const SceneGeometry& geometry, bool circular, float* tables);

}  // namespace ppatch
