// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>

#include "cpu/registration/correlation.hpp"

namespace ppatch {

// conj(a) b to `to`, bin by bin.
void multiply_spectra(const float* a, const float* b, float* to, const PlaneFft& fft,
                      const Arena& arena, Normalisation normalisation);

struct Lag {
  std::int64_t y = 0, x = 0;
  double value = -std::numeric_limits<double>::infinity();
};

// Calls body(D, value) for each lag D of the map within the search, in order of -D: the first of
// equal shifts is then the same as in a search over shifts.
template <class Body>
void for_lags(const float* map, const PlaneFft& fft, const CorrelationSearch& search, Body&& body) {
  const std::int64_t n[2] = {fft.height(), fft.width()};
  std::int64_t min_lag[2];
  std::int64_t max_lag[2];
  for (int axis = 0; axis < 2; ++axis) {
    const auto reach = static_cast<std::int64_t>(search.max_lag[axis]);
    // Shifts d from -(n - 1) / 2 to n / 2, so D = -d.
    min_lag[axis] = -std::min(reach, n[axis] / 2);
    max_lag[axis] = std::min(reach, (n[axis] - 1) / 2);
  }
  for (std::int64_t y = max_lag[0]; y >= min_lag[0]; --y) {
    const float* row = map + (y < 0 ? y + n[0] : y) * fft.row_floats();
    for (std::int64_t x = max_lag[1]; x >= min_lag[1]; --x) {
      body(y, x, static_cast<double>(row[x < 0 ? x + n[1] : x]));
    }
  }
}

// Of the largest value more than search.apart from the best, over that.
double second_ratio(const float* map, const PlaneFft& fft, const CorrelationSearch& search,
                    const Lag& best);

}  // namespace ppatch
