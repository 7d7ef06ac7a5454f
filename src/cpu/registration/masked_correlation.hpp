// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/registration/correlation.hpp"

namespace ppatch {

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
