// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/plane_warp.hpp"

#include <algorithm>
#include <cmath>

#include "math/registration/tile_warp.hpp"

namespace ppatch {
namespace {

constexpr int max_wide_taps = 24;

// Taps about a place that are `wide` times as far apart as those of the table; returns how many.
int wide_taps(double place, double wide, const float* table, std::int64_t* first, float* taps) {
  const double reach = 0.5 * surface_taps * wide;
  *first = static_cast<std::int64_t>(std::ceil(place - reach));
  const auto last = static_cast<std::int64_t>(std::floor(place + reach));
  const int count = std::min(static_cast<int>(last - *first) + 1, max_wide_taps);
  float sum = 0.0F;
  for (int i = 0; i < count; ++i) {
    // Tap t of a phase p is the window at t - 3 - p.
    const double at = (static_cast<double>(*first + i) - place) / wide;
    const double up = std::ceil(at);
    const auto tap = static_cast<int>(up) + surface_taps / 2 - 1;
    const auto phase = static_cast<int>(std::lround((up - at) * warp_phases));
    taps[i] = tap < 0 || tap >= surface_taps ? 0.0F : table[surface_taps * phase + tap];
    sum += taps[i];
  }
  for (int i = 0; i < count; ++i) taps[i] /= sum;
  return count;
}

float wide_sample(const Plane& from, const double at[2], double wide, const float* table) {
  std::int64_t first[2];
  float taps[2][max_wide_taps];
  const int rows = wide_taps(at[0], wide, table, &first[0], taps[0]);
  const int columns = wide_taps(at[1], wide, table, &first[1], taps[1]);
  float sum = 0.0F;
  for (int r = 0; r < rows; ++r) {
    const float* row = from.row(first[0] + r) + first[1];
    float line = 0.0F;
    for (int c = 0; c < columns; ++c) line += taps[1][c] * row[c];
    sum += taps[0][r] * line;
  }
  return sum;
}

}  // namespace

void warp_plane(const Plane& from, const ImageMap& map, const double middle[2], const float* table,
                const Arena& arena, const Plane& out) {
  const double wide = std::max(1.0, map.scale());
  const double margin = warp_reach * wide;
  const double last[2] = {static_cast<double>(from.height - 1) - margin,
                          static_cast<double>(from.width - 1) - margin};
  constexpr std::int64_t rows = 8;
  arena.parallel_for((out.height + rows - 1) / rows, [&](std::int64_t block, int) {
    for (std::int64_t y = block * rows; y < std::min(out.height, (block + 1) * rows); ++y) {
      float* const row = out.row(y);
      for (std::int64_t x = 0; x < out.width; ++x) {
        const double here[2] = {static_cast<double>(y) - middle[0],
                                static_cast<double>(x) - middle[1]};
        double at[2];
        map.at(here, at);
        for (int axis = 0; axis < 2; ++axis) at[axis] += middle[axis];
        const bool inside =
            at[0] >= margin && at[0] <= last[0] && at[1] >= margin && at[1] <= last[1];
        row[x] = !inside       ? 0.0F
                 : wide == 1.0 ? warped_sample(from.data, from.stride, at, table)
                               : wide_sample(from, at, wide, table);
      }
    }
  });
}

}  // namespace ppatch
