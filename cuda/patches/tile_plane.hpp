// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/adjoint_block.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"
#include "math/pixel_types.hpp"

namespace ppatch {

constexpr std::int64_t device_tile_width = AdjointBlock<PixelTypes::f32, 2, false>::columns;
// Lower ones would cost more to begin with than their rows do.
constexpr std::int64_t min_tile_height = 4 * AdjointBlock<PixelTypes::f32, 2, false>::groups;

// Tiles as high as can be, lower ones where there would be too few to keep a card busy.
template <class P>
TilePlane tile_plane(const ImageView& image, bool indexed) {
  using Block = AdjointBlock<P, 2, false>;
  constexpr std::int64_t busy = 264;  // two for each multiprocessor of a large card
  TilePlane plane;
  plane.height = image.height;
  plane.width = image.width;
  plane.slices = indexed ? image.count : 1;
  plane.tile_width = device_tile_width;
  plane.tile_height = Block::groups * Block::max_rows;
  if (image.height == 0 || image.width == 0) return plane;
  plane.columns = blocks_over(image.width, plane.tile_width);
  plane.rows = blocks_over(image.height, plane.tile_height);
  while (plane.tile_height > min_tile_height && image.count * plane.rows * plane.columns < busy) {
    plane.tile_height /= 2;
    plane.rows = blocks_over(image.height, plane.tile_height);
  }
  return plane;
}

}  // namespace ppatch
