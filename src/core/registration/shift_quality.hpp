// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/shift_rounds.hpp"
#include "math/registration/covariance_tiles.hpp"
#include "math/registration/shift_sums.hpp"

namespace ppatch {

// How good a shift is that was found.
struct ShiftQuality {
  double correction[2] = {0.0, 0.0};  // to be added to D, in samples: the bias of leaked chroma
  // What the tiles alone would add to D: the windows' tapers follow the shift and look like
  // structure there. worth_it: it is more than its own error.
  double step[2] = {0.0, 0.0};
  bool worth_it = false;
  // Whether the high frequencies contradict the low ones, as aliased ones do.
  bool aliased = false;
  double covariance[3] = {0.0, 0.0, 0.0};  // of D: yy, yx, xx, in samples^2
  // Directions that the images tell nothing along: unit vectors, as many as there are.
  double blind[2][2] = {};
  int blind_count = 0;
  double alike = 1.0;  // the share of tiles in which both images are alike
  double peak = 0.0, residual = 0.0, gain = 0.0;

  // In units of which a sample has `unit`; directions without information have `radius` of them.
  void covariance_in(double unit, double radius, double out[3]) const;
};

// From the BandSums of spectra of that size and the TileTotals of shift.tiles(), where there are
// any.
ShiftQuality shift_quality_of(const FineShift& shift, const std::int64_t transform[2],
                              const double* sums, const double* totals);

// Whether the shift is to be looked for again, and if so from where and in which band.
bool next_attempt(const FineShift& shift, const ShiftQuality& quality, double start[2],
                  double& max_f);

}  // namespace ppatch
