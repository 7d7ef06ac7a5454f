// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

constexpr int max_covariance_tile = 32;
constexpr int max_slope_reach = 8;  // of the finite differences below

// The derivative of a band-limited signal: alternating 1 / k under a Kaiser window. Of reach 8
// within 2 % up to 0.43 cycles per sample, of reach 4, for small images, within 8 % up to 0.35. k
// from 1 on.
PPATCH_HD constexpr float slope_tap(int reach, int k) {
  constexpr float taps[2][max_slope_reach] = {
      {0.97885F, -0.45872F, 0.27387F, -0.17507F, 0.11287F, -0.07090F, 0.04204F, -0.02249F},
      {0.91381F, -0.34510F, 0.13830F, -0.04479F}};
  return taps[reach == max_slope_reach ? 0 : 1][k - 1];
}

// Of one tile, or of some: sums over samples of two filtered images a and b.
enum TileSum {
  tile_gradient_y,  // of (a b' - b a') / 2
  tile_gradient_x,
  tile_hessian_yy,  // of a' b'
  tile_hessian_yx,
  tile_hessian_xx,
  tile_reference_yy,  // of a' a'
  tile_reference_yx,
  tile_reference_xx,
  tile_moving_yy,  // of b' b'
  tile_moving_yx,
  tile_moving_xx,
  tile_sums
};

// The TileSums of one sample from both values and slopes.
PPATCH_HD void tile_parts(float a, float ay, float ax, float b, float by, float bx,
                          float (&part)[tile_sums]) {
  part[tile_gradient_y] = 0.5F * (a * by - b * ay);
  part[tile_gradient_x] = 0.5F * (a * bx - b * ax);
  part[tile_hessian_yy] = ay * by;
  part[tile_hessian_yx] = 0.5F * (ay * bx + ax * by);
  part[tile_hessian_xx] = ax * bx;
  part[tile_reference_yy] = ay * ay;
  part[tile_reference_yx] = ay * ax;
  part[tile_reference_xx] = ax * ax;
  part[tile_moving_yy] = by * by;
  part[tile_moving_yx] = by * bx;
  part[tile_moving_xx] = bx * bx;
}

// Slopes of two images are alike in a tile where their product's mean is that part of what it would
// be if they were equal.
constexpr double likeness = 0.5;

// Over tiles: their TileSums, then the squares of gradients, then that of the Hessians' traces,
// then in how many both images are alike.
enum TileTotal {
  tile_square_yy = tile_sums,
  tile_square_yx,
  tile_square_xx,
  tile_square_trace,
  tile_alike,
  tile_totals
};

PPATCH_HD void add_tile(const double* sums, double* totals) {
  for (int s = 0; s < tile_sums; ++s) totals[s] += sums[s];
  const double gy = sums[tile_gradient_y];
  const double gx = sums[tile_gradient_x];
  const double trace = sums[tile_hessian_yy] + sums[tile_hessian_xx];
  totals[tile_square_yy] += gy * gy;
  totals[tile_square_yx] += gy * gx;
  totals[tile_square_xx] += gx * gx;
  totals[tile_square_trace] += trace * trace;
  const double reference = sums[tile_reference_yy] + sums[tile_reference_xx];
  const double moving = sums[tile_moving_yy] + sums[tile_moving_xx];
  const bool alike = trace > 0.0 && trace * trace > likeness * likeness * reference * moving;
  totals[tile_alike] += alike ? 1.0 : 0.0;
}

// The tiles of an overlap that tell of its covariance, where its windows do not taper: of large
// overlaps some rows of tiles.
struct CovarianceTiles {
  // More tiles than these tell no more about it.
  static constexpr std::int64_t plenty = 700;
  // Overlaps of fewer have smaller ones.
  static constexpr std::int64_t few = 64;

  CovarianceTiles() = default;
  // ramp: samples that the windows taper over at either end, by axis.
  CovarianceTiles(const std::int64_t overlap[2], const std::int64_t ramp[2])
      : height(overlap[0]), width(overlap[1]) {
    reach = ramp[0] >= max_slope_reach && ramp[1] >= max_slope_reach ? max_slope_reach : 4;
    for (int axis = 0; axis < 2; ++axis) margin[axis] = ramp[axis] > reach ? ramp[axis] : reach;
    lay(max_covariance_tile);
    if (rows * columns < few) lay(max_covariance_tile / 2);
    every = rows * columns / plenty;
    if (every > rows) every = rows;
    if (every < 1) every = 1;
    looked_at = (rows - 1 - every / 2) / every + 1;
  }

  PPATCH_HD std::int64_t inner_height() const { return height - 2 * margin[0]; }
  PPATCH_HD std::int64_t inner_width() const { return width - 2 * margin[1]; }
  // Whether there are any.
  PPATCH_HD bool any() const { return rows > 0 && columns > 0; }
  // Whether all of them are looked at.
  bool all() const { return every == 1; }
  // The samples of the index-th row of tiles that is looked at, and of a column of tiles.
  PPATCH_HD std::int64_t first_of(std::int64_t index) const {
    return margin[0] + (every / 2 + index * every) * tile;
  }
  PPATCH_HD std::int64_t end_of(std::int64_t index) const {
    const std::int64_t end = first_of(index) + tile;
    return end < height - margin[0] ? end : height - margin[0];
  }
  PPATCH_HD std::int64_t first_column_of(std::int64_t column) const {
    return margin[1] + column * tile;
  }
  PPATCH_HD std::int64_t end_column_of(std::int64_t column) const {
    const std::int64_t end = first_column_of(column) + tile;
    return end < width - margin[1] ? end : width - margin[1];
  }
  // Whether any of samples [first, end) is within the slopes' reach of a row that is looked at.
  bool needs(std::int64_t first, std::int64_t end) const {
    const std::int64_t before = (first - reach - margin[0]) / (every * tile) - 1;
    const std::int64_t index = before > 0 ? before : 0;
    for (std::int64_t i = index; i < looked_at && i < index + 4; ++i) {
      if (first < end_of(i) + reach && end > first_of(i) - reach) return true;
    }
    return false;
  }
  // At most, of overlaps of that size or smaller.
  static std::int64_t max_count(std::int64_t height, std::int64_t width) {
    const auto laid = [&](std::int64_t side) { return (height / side + 1) * (width / side + 1); };
    const std::int64_t small = laid(max_covariance_tile / 2);
    const std::int64_t large = laid(max_covariance_tile);
    const std::int64_t some = (large < 2 * plenty ? large : 2 * plenty) + width / 16;
    const std::int64_t most = small < 10 * few ? small : 10 * few;
    return some > most ? some : most;
  }
  double samples() const {
    std::int64_t lines = 0;
    for (std::int64_t i = 0; i < looked_at; ++i) lines += end_of(i) - first_of(i);
    return static_cast<double>(lines) * static_cast<double>(end_column_of(columns - 1) - margin[1]);
  }
  PPATCH_HD std::int64_t count() const { return looked_at * columns; }

  std::int64_t height = 0, width = 0;  // samples
  std::int64_t margin[2] = {0, 0};     // of them, at either end
  int reach = max_slope_reach, tile = max_covariance_tile;
  std::int64_t rows = 0, columns = 0;  // tiles
  std::int64_t every = 1, looked_at = 0;

 private:
  void lay(int side) {
    tile = side;
    // A last one that is less than half of one goes with nothing.
    rows = inner_height() > 0 ? (inner_height() + side / 2) / side : 0;
    columns = inner_width() > 0 ? (inner_width() + side / 2) / side : 0;
    if (rows == 0 && inner_height() >= 4) rows = 1;
    if (columns == 0 && inner_width() >= 4) columns = 1;
    if (rows == 0 || columns == 0) rows = columns = 0;
  }
};

}  // namespace ppatch
