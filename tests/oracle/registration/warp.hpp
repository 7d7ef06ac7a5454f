// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "oracle/registration/registration.hpp"
#include "ptychopatch/ptychopatch.h"

namespace oracle {

// The shift that a motion has at a place, of the sign REGISTER; tiles: those of a field, else none.
// Its equations are solved in whole, so for few tiles.
class MovedBy {
 public:
  MovedBy(const ppatch_scene_motion& motion, const std::vector<ppatch_tile_shift>& tiles,
          ppatch_shift_sign sign);
  std::array<long double, 2> at(long double y, long double x) const;

 private:
  std::array<long double, 2> model_at(long double y, long double x) const;

  ppatch_scene_motion motion_;
  long double sign_;
  // Of the field: where its lattice begins, how far its points lie apart, and its coefficients.
  long double origin_[2] = {0, 0}, pitch_[2] = {1, 1};
  std::size_t intervals_[2] = {0, 0};
  std::vector<long double> coefficients_[2];
};

// The extended image at (y, x) less d, by taps of which `period` pixels apart one lies.
double sampled(const Stack& image, std::int64_t channel, std::int64_t y, std::int64_t x,
               const std::array<long double, 2>& d, const ppatch_resample_options& options);

}  // namespace oracle
