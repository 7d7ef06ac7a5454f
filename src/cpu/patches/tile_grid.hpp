// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace ppatch {

// The widest and lowest tiles that the adjoint uses; bins have room for a patch over tiles like
// these.
constexpr std::int64_t max_tile_width = 1024;
constexpr std::int64_t min_tile_width = 32;
constexpr std::int64_t min_tile_height = 8;

// An image divided into tiles of one size; those at the far edges may be smaller.
struct TileGrid {
  std::int64_t height = 0, width = 0;
  std::int64_t tile_height = 1, tile_width = 1;
  std::int64_t rows = 0, columns = 0;

  std::int64_t count() const { return rows * columns; }
  bool operator==(const TileGrid&) const = default;

  // Width and height of the largest tiles of at most tile_pixels: whole cache lines of any dtype.
  static std::int64_t widest(std::int64_t tile_pixels) {
    return std::clamp(tile_pixels / min_tile_height, min_tile_width, max_tile_width) / 16 * 16;
  }
  static std::int64_t highest(std::int64_t tile_pixels) {
    return std::max(min_tile_height, tile_pixels / widest(tile_pixels));
  }

  // Tiles of at most tile_pixels, enough of them to keep the threads busy.
  static TileGrid over(std::int64_t height, std::int64_t width, std::int64_t tile_pixels,
                       std::int64_t threads) {
    TileGrid grid;
    grid.height = height;
    grid.width = width;
    if (height == 0 || width == 0) return grid;
    grid.tile_width = std::min(width, widest(tile_pixels));
    grid.columns = (width + grid.tile_width - 1) / grid.tile_width;
    grid.tile_height = highest(tile_pixels);
    grid.rows = (height + grid.tile_height - 1) / grid.tile_height;
    while (grid.tile_height > min_tile_height && grid.count() < 8 * threads) {
      grid.tile_height = std::max(min_tile_height, grid.tile_height / 2);
      grid.rows = (height + grid.tile_height - 1) / grid.tile_height;
    }
    return grid;
  }
};

}  // namespace ppatch
