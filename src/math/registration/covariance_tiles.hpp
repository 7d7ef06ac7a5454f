// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

constexpr int covariance_tile = 32;
constexpr int slope_reach = 8;  // of the finite differences below

// The derivative of a band-limited signal, within 2 % up to 0.43 cycles per sample: alternating
// 1 / k under a Kaiser window. k from 1 on.
PPATCH_HD constexpr float slope_tap(int k) {
  constexpr float taps[slope_reach] = {0.97885F, -0.45872F, 0.27387F, -0.17507F,
                                       0.11287F, -0.07090F, 0.04204F, -0.02249F};
  return taps[k - 1];
}

// The tiles of an overlap that its covariance comes from: of large overlaps some rows of tiles.
struct CovarianceTiles {
  static constexpr std::int64_t min_tiles = 30;  // for a covariance from their scatter
  // More tiles than these tell no more about it.
  static constexpr std::int64_t plenty = 700;

  CovarianceTiles() = default;
  explicit CovarianceTiles(const std::int64_t overlap[2])
      : height(overlap[0]),
        width(overlap[1]),
        rows((height + covariance_tile - 1) / covariance_tile),
        columns((width + covariance_tile - 1) / covariance_tile),
        every(rows * columns / plenty > 1 ? rows * columns / plenty : 1),
        looked_at((rows - 1 - every / 2) / every + 1) {}

  PPATCH_HD bool enough() const { return rows * columns >= min_tiles; }
  // The samples of the index-th row of tiles that is looked at.
  PPATCH_HD std::int64_t first_of(std::int64_t index) const {
    const std::int64_t first = (every / 2 + index * every) * covariance_tile;
    return first > slope_reach ? first : slope_reach;
  }
  PPATCH_HD std::int64_t end_of(std::int64_t index) const {
    const std::int64_t end = (every / 2 + index * every + 1) * covariance_tile;
    return end < height - slope_reach ? end : height - slope_reach;
  }
  // Whether any of samples [first, end) is within the slopes' reach of a row that is looked at.
  bool needs(std::int64_t first, std::int64_t end) const {
    const std::int64_t before = (first - slope_reach) / (every * covariance_tile) - 1;
    const std::int64_t index = before > 0 ? before : 0;
    for (std::int64_t i = index; i < looked_at && i < index + 4; ++i) {
      if (first < end_of(i) + slope_reach && end > first_of(i) - slope_reach) return true;
    }
    return false;
  }
  // Of the whole: it has so much more to tell than what is looked at.
  double share() const {
    std::int64_t lines = 0;
    for (std::int64_t i = 0; i < looked_at; ++i) {
      lines += end_of(i) > first_of(i) ? end_of(i) - first_of(i) : 0;
    }
    return static_cast<double>(lines) / static_cast<double>(height - 2 * slope_reach);
  }

  std::int64_t height = 0, width = 0;  // samples
  std::int64_t rows = 0, columns = 0;  // tiles
  std::int64_t every = 1, looked_at = 0;
};

}  // namespace ppatch
