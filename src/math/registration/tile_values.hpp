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

}  // namespace ppatch
