// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "kernels/registration/row_sum.hpp"
#include "math/division.hpp"

namespace ppatch {

// Sums over each row of `count` images of height x width values, as sum_of_row has them: a block
// owns some rows and reads them stretch by stretch; a thread adds up one lane of a row.
template <class Value>
struct RowSums {
  static constexpr int threads = 256;
  static constexpr int rows = 16;
  static constexpr int columns = 128;
  static_assert(columns % row_lanes == 0 && rows * row_lanes <= threads);
  struct Shared {
    double value[rows][columns + 1];
  };
  struct Private {
    double sum;
  };

  Value value;
  std::int64_t count = 0, height = 0, width = 0;
  double* sums = nullptr;

  std::int64_t blocks() const { return blocks_over(count * height, rows); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2 * blocks_over(width, columns) + 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const std::int64_t first = at.block * rows;
    const std::int64_t x = n / 2 * columns;
    const std::int64_t left = width - x < columns ? width - x : columns;
    const int row = at.thread / row_lanes;
    const int lane = at.thread % row_lanes;
    if (n == 0) own.sum = 0.0;
    if (x < width && n % 2 == 0) {
      const int column = at.thread % columns;
      PPATCH_ROLLED
      for (int r = at.thread / columns; r < rows; r += threads / columns) {
        if (first + r >= count * height || column >= left) continue;
        const Division place = divide(first + r, height);
        shared.value[r][column] = value.at(place.quotient, place.remainder, x + column);
      }
    } else if (x < width) {
      PPATCH_ROLLED
      for (int i = lane; row < rows && i < left; i += row_lanes) own.sum += shared.value[row][i];
    } else if (n % 2 == 0) {
      if (row < rows) shared.value[row][lane] = own.sum;
    } else if (at.thread < rows && first + at.thread < count * height) {
      sums[first + at.thread] = sum_of_lanes(shared.value[at.thread]);
    }
  }
};

}  // namespace ppatch
