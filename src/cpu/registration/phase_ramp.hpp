// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/registration/phase.hpp"

namespace ppatch {

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

// The weights of a Hann window of n samples, sin^2(pi (k + 1/2) / n), for first <= k < end.
template <class Each>
void for_hann(std::int64_t n, std::int64_t first, std::int64_t end, Each&& each) {
  const auto size = static_cast<double>(n);
  for_phases(1.0 / size, 0.5 / size, first, end,
             [&](std::int64_t k, double cosine, double) { each(k, 0.5 - 0.5 * cosine); });
}

}  // namespace ppatch
