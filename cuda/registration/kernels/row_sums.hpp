// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// Sums over each row of `count` images of height x width values, from its first to its last: a
// block owns some rows, reads them stretch by stretch, and a thread adds up one row.
template <class Value>
struct RowSums {
  static constexpr int threads = 256;
  static constexpr int rows = 16;
  static constexpr int columns = 128;
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
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2 * blocks_over(width, columns) + 1; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const std::int64_t first = at.block * rows;
    const std::int64_t x = n / 2 * columns;
    const std::int64_t left = width - x < columns ? width - x : columns;
    if (n == 0) own.sum = 0.0;
    if (n % 2 == 1) {
      for (int i = 0; at.thread < rows && i < left; ++i) own.sum += shared.value[at.thread][i];
    } else if (x < width) {
      const int column = at.thread % columns;
      PPATCH_ROLLED
      for (int r = at.thread / columns; r < rows; r += threads / columns) {
        if (first + r >= count * height || column >= left) continue;
        const Division row = divide(first + r, height);
        shared.value[r][column] = value.at(row.quotient, row.remainder, x + column);
      }
    } else if (at.thread < rows && first + at.thread < count * height) {
      sums[first + at.thread] = own.sum;
    }
  }
};

}  // namespace ppatch
