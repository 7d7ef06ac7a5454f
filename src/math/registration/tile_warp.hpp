// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "math/hd.hpp"
#include "math/registration/detection.hpp"

// A tile of the moving image where a linear map says that the reference's tile is, by taps of eight
// samples along either axis.
namespace ppatch {

constexpr int warp_phases = 1024;  // of a sample
constexpr std::int64_t warp_table_floats = (warp_phases + 1) * surface_taps;

// Entry i of the table of taps, each phase's of sum one.
PPATCH_HD float warp_tap(std::int64_t i) {
  const std::int64_t phase = i / surface_taps;
  const double fraction = static_cast<double>(phase) / warp_phases;
  double sum = 0.0;
  for (int tap = 0; tap < surface_taps; ++tap) sum += surface_tap(tap, fraction);
  return static_cast<float>(surface_tap(static_cast<int>(i % surface_taps), fraction) / sum);
}

// Where sample (0, 0) of a tile is in the moving plane, and how far the next ones are.
struct TileWarp {
  double origin[2] = {0.0, 0.0};
  double down[2] = {1.0, 0.0};    // (y, x) a row
  double across[2] = {0.0, 1.0};  // a column

  PPATCH_HD void place(std::int64_t v, std::int64_t u, double at[2]) const {
    for (int axis = 0; axis < 2; ++axis) {
      at[axis] = origin[axis] + static_cast<double>(v) * down[axis] +
                 static_cast<double>(u) * across[axis];
    }
  }
};

// How many samples before and behind a place the taps reach.
constexpr double warp_reach = 4.0;

// The plane at a place that is not negative, and warp_reach from its borders.
PPATCH_HD float warped_sample(const float* plane, std::int64_t stride, const double at[2],
                              const float* table) {
  const auto y = static_cast<std::int64_t>(at[0]);
  const auto x = static_cast<std::int64_t>(at[1]);
  const auto phase = [&](double place, std::int64_t integer) {
    const double fraction = place - static_cast<double>(integer);
    return table + surface_taps * static_cast<int>(std::floor(fraction * warp_phases + 0.5));
  };
  const float* const down = phase(at[0], y);
  const float* const across = phase(at[1], x);
  constexpr int before = surface_taps / 2 - 1;
  const float* row = plane + (y - before) * stride + (x - before);
  float sum = 0.0F;
  for (int r = 0; r < surface_taps; ++r) {
    float line = 0.0F;
    for (int c = 0; c < surface_taps; ++c) line += across[c] * row[c];
    sum += down[r] * line;
    row += stride;
  }
  return sum;
}

}  // namespace ppatch
