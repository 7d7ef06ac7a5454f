// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/taps.hpp"

namespace ppatch {

// Rows that one pass of the loops works on.
constexpr int band_rows = 4;

// Patches that are extracted side by side.
constexpr int patches_abreast = 8;
constexpr int kept_rows = max_taps - 1;

// Scalars of a cache line.
template <class T>
constexpr std::int64_t line_scalars = 64 / sizeof(T);

// Rows that one thread works in, each long enough for a patch row and its taps in any dtype, with a
// margin on either side.
enum Row {
  kept_row = 0,                               // filtered rows that later ones need
  slope_row = kept_row + kept_rows,           // the same, filtered by the slopes
  derivative_row = slope_row + kept_rows,     // a band of them, where one patch is worked
  gathered_row = derivative_row + band_rows,  // its cotangent, of all modes
  weight_row,
  source_row = kept_row + patches_abreast * kept_rows,  // a band on its way to the filter
  value_row = source_row + band_rows,                   // a band of finished rows
  second_row = value_row + band_rows,                   // another one
  cotangent_row = second_row + band_rows,
  zero_row,
  spare_row,  // takes what nobody asks for
  row_count
};
static_assert(weight_row < source_row);

// The memory of one thread: rows, a column map, and the tile that the adjoint sums into.
struct SlotScratch {
  unsigned char* rows = nullptr;
  std::int64_t row_bytes = 0;
  std::int64_t* columns = nullptr;  // a map for each patch abreast
  std::int64_t column_count = 0;
  unsigned char* tile = nullptr;
  unsigned char* coverage_tile = nullptr;

  std::int64_t* columns_of(int n) const { return columns + n * column_count; }

  // Room before and after a row for what a vector and the taps reach beyond it.
  static constexpr std::int64_t row_margin = 192;

  template <class T>
  T* row(int n) const {
    return reinterpret_cast<T*>(rows + n * row_bytes + row_margin);
  }
};

// A part of the image that one thread owns while it sums.
template <class T>
struct Tile {
  std::int64_t y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  T* image = nullptr;
  T* coverage = nullptr;  // null where none is asked for

  // Scalars from row to row for pixels of C components: an odd number of cache lines, so that one
  // column's rows do not compete for the same few places of the first-level cache.
  template <int C>
  std::int64_t stride() const {
    return (((x1 - x0) * C + line_scalars<T> - 1) / line_scalars<T> | 1) * line_scalars<T>;
  }
};

}  // namespace ppatch
