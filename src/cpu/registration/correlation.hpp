// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/fft/plane_fft.hpp"

namespace ppatch {

// scikit-image's correlations, for comparison. Planes lie in the layout of their transform, zero
// outside the images, which are freed of their means.

enum class Normalisation { none, phase };

struct CorrelationPeak {
  double shift[2] = {0.0, 0.0};  // d, in samples
  double value = 0.0;            // over the geometric mean of the images' own
  double second_ratio = 0.0;
  bool found = false;
};

struct CorrelationSearch {
  std::int64_t size[2] = {0, 0};  // of the images
  double max_lag[2] = {0.0, 0.0};
  double apart = 8.0;  // how far from the peak a second one must lie
  Normalisation normalisation = Normalisation::phase;
  int upsample = 1;
};

// Consumes both planes. lines: as many doubles as 2 spectrum widths a thread.
CorrelationPeak correlate_planes(float* reference, float* moving, const PlaneFft& fft,
                                 const CorrelationSearch& search, const Arena& arena,
                                 const FftSlots& slots, double* lines);

// Planes that the masked correlation works on: image times mask, mask, image squared times mask.
constexpr int masked_planes = 3;
constexpr int masked_planes_taken = 4;  // with one to work in

// Padfield's normalised correlation of masked images; of each, masked_planes planes one after
// another, with room for a fourth; it consumes them. Only lags where at least ratio times the
// largest overlap overlaps count; of equal maxima, their mean is the shift.
CorrelationPeak correlate_masked(float* reference, float* moving, const PlaneFft& fft,
                                 const CorrelationSearch& search, double ratio, const Arena& arena,
                                 const FftSlots& slots);

}  // namespace ppatch
