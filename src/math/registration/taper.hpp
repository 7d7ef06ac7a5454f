// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/elementary.hpp"
#include "math/hd.hpp"

namespace ppatch {

// Over how many samples a window of n tapers at either end: edge * n, at least three samples but no
// more than a quarter.
PPATCH_HD double taper_ramp(double n, double edge) {
  const double least = n < 12.0 ? 0.25 * n : 3.0;
  const double ramp = edge * n > least ? edge * n : least;
  return ramp > 1.0 ? ramp : 1.0;
}

// Tukey's window of n samples at sample u, which need not be whole: raised cosines at either end,
// and zero outside.
PPATCH_HD double tukey(double u, double n, double edge) {
  const double ramp = taper_ramp(n, edge);
  const double from_start = u + 0.5;
  const double from_end = n - 0.5 - u;
  double depth = (from_start < from_end ? from_start : from_end) / ramp;
  if (depth <= 0.0) return 0.0;
  if (depth >= 1.0) return 1.0;
  const double s = sin_series(0.5 * pi * depth);
  return s * s;
}

// The taper of sample u of a window of n samples that is moved by a fraction of one; edge 0: none.
PPATCH_HD float taper(std::int64_t u, std::int64_t n, double edge, double shift) {
  return edge > 0.0 ? static_cast<float>(
                          tukey(static_cast<double>(u) - shift, static_cast<double>(n), edge))
                    : 1.0F;
}

// The rows of a window that its trend comes from: of large images some tell enough. All of a thin
// one, whose samples are few: a trend that is noise adds that to the lowest frequencies.
struct WeighedRows {
  PPATCH_HD WeighedRows(std::int64_t height, std::int64_t width)
      : step(height < 1000 ? 1 : step_of(height, width)), count((height + step - 1) / step) {}
  std::int64_t step, count;

 private:
  static constexpr std::int64_t enough = 262144;  // samples
  PPATCH_HD static std::int64_t step_of(std::int64_t height, std::int64_t width) {
    const std::int64_t spare = height * width / enough;
    const std::int64_t step = height / 200;
    return spare < 1 ? 1 : spare < step ? spare : step;
  }
};

}  // namespace ppatch
