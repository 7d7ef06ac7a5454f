// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

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

// Calls each(k, cosine, sine) of 2 pi (step k + offset) for first <= k < end. Every sixteenth comes
// from its series, those after it by turning it: within 1e-15.
template <class Each>
void for_phases(double step, double offset, std::int64_t first, std::int64_t end, Each&& each) {
  constexpr std::int64_t stretch = 16;
  double cosine[stretch];
  double sine[stretch];
  for (std::int64_t j = 0; j < stretch; ++j) {
    unit_phase(step * static_cast<double>(j), &cosine[j], &sine[j]);
  }
  for (std::int64_t k = first; k < end; k += stretch) {
    double c = 0.0;
    double s = 0.0;
    unit_phase(step * static_cast<double>(k) + offset, &c, &s);
    for (std::int64_t j = 0; j < stretch && k + j < end; ++j) {
      each(k + j, c * cosine[j] - s * sine[j], c * sine[j] + s * cosine[j]);
    }
  }
}

// The frequency of line k of n, in [-1/2, 1/2).
PPATCH_HD double line_frequency(long long k, long long n) {
  return static_cast<double>(2 * k < n ? k : k - n) / static_cast<double>(n);
}

}  // namespace ppatch
