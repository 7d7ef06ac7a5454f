// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SLOT_SCRATCH_HPP_
#define PTYCHOPATCH_CPU_SLOT_SCRATCH_HPP_

#include <cstdint>

#include "math/taps.hpp"

namespace ptychopatch {

// Rows that one thread works in, each long enough for a patch row and its taps in any dtype.
enum Row {
  ring_row = 0,                       // max_taps of them: filtered rows that still have a use
  slope_row = ring_row + max_taps,    // max_taps of them: the same, filtered by the slopes
  source_row = slope_row + max_taps,  // a row of samples on its way to the filter
  value_row,                          // a finished row
  second_row,                         // another one
  cotangent_row,
  zero_row,
  row_count
};

// The memory of one thread: rows, a column map, and the tile that the adjoint sums into.
struct SlotScratch {
  unsigned char* rows = nullptr;
  std::int64_t row_bytes = 0;
  std::int64_t* columns = nullptr;
  unsigned char* tile = nullptr;
  unsigned char* coverage_tile = nullptr;

  template <class T>
  T* row(int n) const {
    return reinterpret_cast<T*>(rows + n * row_bytes);
  }
};

// A part of the image that one thread owns while it sums: contiguous rows of (x1 - x0) pixels.
template <class T>
struct Tile {
  std::int64_t y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  T* image = nullptr;
  T* coverage = nullptr;  // null where none is asked for
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SLOT_SCRATCH_HPP_
