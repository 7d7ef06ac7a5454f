// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/cfa_neighbours.hpp"
#include "core/registration/peak_evidence.hpp"
#include "core/registration/scene_geometry.hpp"
#include "core/registration/shift_quality.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// The answer for an image before anything is known of it.
ppatch_shift begun_answer(const SceneImageView& reference, const SceneImageView& moving,
                          ppatch_backend backend);

// The carriers that the weights of scale 0 take into account: strength is that of leaked chroma.
int leaking_carriers(const CfaPattern& cfa, Carrier* carriers);

// The shortest side of a transform, but for sides of one sample; lowest frequency that is looked
// at; rings of |f|, ring = int(ring_scale |f|), and how many there are.
double shortest_side(std::int64_t height, std::int64_t width);
inline double lowest_frequency(std::int64_t height, std::int64_t width) {
  return 1.5 / shortest_side(height, width);
}
double ring_scale(std::int64_t height, std::int64_t width);
std::int64_t ring_count(std::int64_t height, std::int64_t width);

// What the coarse peak tells; where there is none, that is the answer.
void note_peak(const CoarsePeak& peak, ppatch_shift& result);

// Whether one of two shifts, found from the places of other peaks by phase and by correlation, is
// another one than the first and shows the same scene nearly as well.
bool is_ambiguous(const FineShift (&others)[2], const FineShift& first);

// What is known of an image once its shift has been looked for and its peak noted; quality: where
// the shift's status is OK.
void complete_answer(const FineShift& shift, const ShiftQuality& quality,
                     const SceneGeometry& geometry, const SceneSettings& settings,
                     ppatch_shift& result);

}  // namespace ppatch
