// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cpu/patches/tile_grid.hpp"
#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// What bins are made of: room for patch numbers, and three words a bin.
struct BinMemory {
  std::span<std::uint32_t> entries;
  std::span<std::int64_t> bins;

  static std::int64_t words(std::int64_t bin_capacity) {
    return bin_capacity > 0 ? 3 * (bin_capacity + 1) : 0;
  }
};

// For each tile of each image, the patches that may touch it, in their order: a counting sort of as
// many patches as the entries have room for. A bin serves one tile, or a block of tiles and images
// where there are more of these than bins.
class TileBins {
 public:
  explicit TileBins(const BinMemory& memory);

  void prepare(const TileGrid& grid, std::int64_t slices);
  // Bins patches from `first` on and returns one past the last that found room.
  std::int64_t build(const PatchProblem& problem, std::int64_t first);
  void invalidate() { first_ = last_ = -1; }
  // The bins' counters, lent for another sort; no patch is binned afterwards.
  std::span<std::int64_t> counters() {
    invalidate();
    return offsets_;
  }

  const TileGrid& grid() const { return grid_; }
  // Whether patches [first, last) are binned now.
  bool holds(std::int64_t first, std::int64_t last) const {
    return first == first_ && last == last_;
  }
  std::int64_t first() const { return first_; }
  // Patches, numbered from first(), that may touch tile t of image `slice`.
  std::span<const std::uint32_t> patches(std::int64_t slice, std::int64_t t) const;

 private:
  struct Touched {
    std::span<const std::int64_t> rows, columns;
  };
  Touched touched(const PatchProblem& problem, std::int64_t k);
  std::int64_t touched_on_axis(Boundary boundary, std::int64_t start, std::int64_t extent,
                               std::int64_t n, std::int64_t cell, std::int64_t* stamps,
                               std::int64_t* out);
  std::int64_t bin_of(std::int64_t slice, std::int64_t row, std::int64_t column) const {
    return (slice / slices_per_bin_ * rows_ + row) * columns_ + column;
  }

  std::span<std::uint32_t> entries_;
  std::span<std::int64_t> offsets_;  // a bin's end while building, its begin after
  std::span<std::int64_t> stamps_;   // when each row and column of bins was last touched
  std::span<std::int64_t> touched_;
  TileGrid grid_;
  std::int64_t slices_ = 0;
  // Tiles and images that share a bin, and the bins that this makes.
  std::int64_t tile_rows_per_bin_ = 1, tile_columns_per_bin_ = 1, slices_per_bin_ = 1;
  std::int64_t rows_ = 0, columns_ = 0, bin_count_ = 0;
  std::int64_t now_ = 0;
  std::int64_t first_ = -1, last_ = -1;
};

}  // namespace ppatch
