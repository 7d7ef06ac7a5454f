// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/cfa_neighbours.hpp"
#include "core/registration/shift_rounds.hpp"
#include "math/registration/covariance_tiles.hpp"
#include "math/registration/shift_sums.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// The answer for an image before anything is known of it.
ppatch_shift begun_answer(const SceneImageView& reference, const SceneImageView& moving,
                          ppatch_backend backend);

// The carriers that the weights of scale 0 take into account: strength is that of leaked chroma.
int leaking_carriers(const CfaPattern& cfa, Carrier* carriers);

// How far from the coarse peak a second one must lie, in samples of `pixels` each.
double second_peak_distance(double pixels);

// The shortest side of a transform, but for sides of one sample; lowest frequency that is looked
// at; and how many rings of |f| there are.
double shortest_side(std::int64_t height, std::int64_t width);
inline double lowest_frequency(std::int64_t height, std::int64_t width) {
  return 1.5 / shortest_side(height, width);
}
std::int64_t ring_count(std::int64_t height, std::int64_t width);

// Over the tiles of an overlap: yy, yx, xx of the Hessian, and of the squares of the gradients.
struct TileSums {
  double hessian[3] = {0.0, 0.0, 0.0}, squares[3] = {0.0, 0.0, 0.0};
};

struct ShiftQuality {
  double correction[2] = {0.0, 0.0};  // to be added to D, in samples: the bias of leaked chroma
  double covariance[3] = {0.0, 0.0, 0.0};  // of D: yy, yx, xx, in samples^2
  double peak = 0.0, residual = 0.0, gain = 0.0;
};

// From the BandSums of spectra of that size and, where there are tiles enough, their sums.
ShiftQuality shift_quality_of(const FineShift& shift, const std::int64_t transform[2],
                              const double* sums, const TileSums* tiles);

// What is known of an image once its shift has been looked for; step: pixels of a sample. quality:
// where the shift's status is OK.
void complete_answer(const FineShift& shift, const ShiftQuality& quality, int step,
                     ppatch_shift& result);

}  // namespace ppatch
