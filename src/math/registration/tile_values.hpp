// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ppatch {

// Of one tile: sums over samples of two filtered images a and b.
enum TileValue {
  tile_product,    // of a b
  tile_reference,  // of a a
  tile_moving,     // of b b
  tile_values
};

// What takes their place once it is known: whether the tile agrees on the shift, 0 or 1, and
// whether it is left without those that do and those around them.
constexpr int agrees_mark = 0, left_mark = 1;

}  // namespace ppatch
