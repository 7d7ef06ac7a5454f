// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/elementary.hpp"
#include "math/hd.hpp"

namespace ppatch {

// cos and sin of 2 pi turns, for any finite number of turns below 2^52.
PPATCH_HD void unit_phase(double turns, double* cosine, double* sine) {
  double integer = static_cast<double>(static_cast<long long>(turns));
  if (integer > turns) integer -= 1.0;
  const double half_turns = 2.0 * (turns - integer);
  *cosine = cos_pi(half_turns);
  *sine = sin_pi(half_turns);
}

// The frequency of line k of n, in [-1/2, 1/2).
PPATCH_HD double line_frequency(long long k, long long n) {
  return static_cast<double>(2 * k < n ? k : k - n) / static_cast<double>(n);
}

}  // namespace ppatch
