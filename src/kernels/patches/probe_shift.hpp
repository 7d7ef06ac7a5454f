// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/elementary.hpp"
#include "math/hd.hpp"
#include "math/patches/position.hpp"

namespace ppatch {

// What is left of a position where its patch is taken at whole pixels: in [-1/2, 1/2] on each axis.
struct ProbeShift {
  double y = 0.0, x = 0.0;

  PPATCH_HD bool none() const { return y == 0.0 && x == 0.0; }
};

PPATCH_HD double signed_fraction(std::int64_t integer, double fraction) {
  return rounds_up({integer, fraction}) ? fraction - 1.0 : fraction;
}

PPATCH_HD ProbeShift shift_of(const PatchOrigin& origin) {
  return {signed_fraction(origin.y, origin.fraction_y),
          signed_fraction(origin.x, origin.fraction_x)};
}

// Turns a phase of a line of frequency f into its derivative by the shift, -2 pi i f times it.
PPATCH_HD void derive_phase(double frequency, double* cosine, double* sine) {
  const double rate = 2.0 * pi * frequency;
  const double real = rate * *sine;
  *sine = -rate * *cosine;
  *cosine = real;
}

}  // namespace ppatch
