// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/patch_problem.hpp"
#include "math/boundary.hpp"

// Which patches touch which tiles of an image, found by a sort: every patch makes as many entries,
// each with the number of a tile that it may touch; sorted by tile, stably, the entries are the
// tiles' lists of patches in their order.
namespace ppatch {

// Images divided into tiles of one size; those at the far edges may be smaller.
struct TilePlane {
  std::int64_t height = 0, width = 0;
  std::int64_t tile_height = 1, tile_width = 1;
  std::int64_t rows = 0, columns = 0;
  std::int64_t slices = 1;  // images that have lists of their own

  PPATCH_HD std::int64_t count() const { return slices * rows * columns; }
  bool operator==(const TilePlane&) const = default;
};

// The cells of one axis that a stretch of coordinates touches: `count` of them from the first on,
// beyond the last again from 0.
struct CellRun {
  std::int64_t first = 0, count = 0;
};

PPATCH_HD CellRun touched_cells(Boundary boundary, std::int64_t start, std::int64_t extent,
                                std::int64_t n, std::int64_t cell) {
  const std::int64_t cells = (n + cell - 1) / cell;
  std::int64_t low = start;
  std::int64_t high = start + extent - 1;
  if (!is_folded(boundary, start, extent, n)) {
    low = low < 0 ? 0 : low;
    high = high >= n ? n - 1 : high;
    if (low > high) return {};
    return {low / cell, high / cell - low / cell + 1};
  }
  if (extent >= 2 * n) return {0, cells};
  if (boundary == Boundary::wrap) {
    if (extent >= n) return {0, cells};
    low = floor_mod(start, n);
    high = low + extent - 1;
    if (high < n) return {low / cell, high / cell - low / cell + 1};
    const std::int64_t count = cells - low / cell + (high - n) / cell + 1;
    return {low / cell, count < cells ? count : cells};
  }
  // Samples between the ends of the stretch, and where it turns back.
  const std::int64_t a = extended_index(boundary, start, n);
  const std::int64_t b = extended_index(boundary, start + extent - 1, n);
  low = a < b ? a : b;
  high = a < b ? b : a;
  if (next_extended(boundary, 0, n, start) < start + extent) low = 0;
  if (next_extended(boundary, n - 1, n, start) < start + extent) high = n - 1;
  return {low / cell, high / cell - low / cell + 1};
}

// The most cells that a stretch of so many coordinates touches on an axis.
PPATCH_HD std::int64_t max_touched(Boundary boundary, std::int64_t extent, std::int64_t cell) {
  const std::int64_t straight = (extent + cell - 2) / cell + 1;
  return boundary == Boundary::wrap ? straight + 1 : straight;
}

// Writes the entries of one patch; those that it does not need name no tile, the number past the
// last.
struct TileEntries {
  PatchProblem problem;
  TilePlane plane;
  std::int64_t rows = 0, columns = 0;  // entries of a patch
  std::uint64_t* tile = nullptr;
  std::uint32_t* patch = nullptr;

  PPATCH_HD void operator()(std::int64_t k) const {
    const PatchOrigin& origin = problem.origins[k];
    Taps y;
    Taps x;
    sampling_taps(problem.interpolation, origin.fraction_y, y);
    sampling_taps(problem.interpolation, origin.fraction_x, x);
    const CellRun down =
        touched_cells(problem.boundary, origin.y + y.first, problem.height + y.count - 1,
                      plane.height, plane.tile_height);
    const CellRun along = touched_cells(problem.boundary, origin.x + x.first,
                                        problem.width + x.count - 1, plane.width, plane.tile_width);
    const std::int64_t slice = problem.image_index ? problem.image_index[k] : 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        const std::int64_t at = (k * rows + i) * columns + j;
        const std::int64_t row = (down.first + i) % plane.rows;
        const std::int64_t column = (along.first + j) % plane.columns;
        const bool touched = i < down.count && j < along.count;
        tile[at] = static_cast<std::uint64_t>(
            touched ? (slice * plane.rows + row) * plane.columns + column : plane.count());
        patch[at] = static_cast<std::uint32_t>(k);
      }
    }
  }
};

// Finds where the entries of a tile begin among the sorted ones; the number past the last tile has
// its begin too.
struct TileBegins {
  const std::uint64_t* tile = nullptr;
  std::int64_t entries = 0;
  std::uint32_t* begin = nullptr;

  PPATCH_HD void operator()(std::int64_t t) const {
    std::int64_t low = 0;
    std::int64_t high = entries;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (tile[middle] < static_cast<std::uint64_t>(t)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    begin[t] = static_cast<std::uint32_t>(low);
  }
};

}  // namespace ppatch
