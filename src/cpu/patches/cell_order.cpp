// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/cell_order.hpp"

#include <algorithm>

namespace ppatch {
namespace {

// About as many pixels of the image as a second-level cache holds beside what else goes through it.
constexpr std::int64_t near_pixels = 96 << 10;

// Cells of half a patch, row by row in strips of so many columns that the rows of the image that
// one row of cells leaves behind are still near when the next one comes.
struct Cells {
  std::int64_t y0 = 0, x0 = 0;
  std::int64_t height = 1, width = 1;
  std::int64_t rows = 1, columns = 1;
  std::int64_t strip = 1;  // columns of a strip; the last may have less

  std::int64_t of(const PatchOrigin& origin) const {
    const std::int64_t row = (origin.y - y0) / height;
    const std::int64_t column = (origin.x - x0) / width;
    const std::int64_t first = column / strip * strip;
    return first * rows + row * std::min(strip, columns - first) + column - first;
  }
};

Cells cells_over(const PatchProblem& problem, std::int64_t max_cells) {
  std::int64_t y0 = INT64_MAX;
  std::int64_t x0 = INT64_MAX;
  std::int64_t y1 = INT64_MIN;
  std::int64_t x1 = INT64_MIN;
  for (std::int64_t k = 0; k < problem.count; ++k) {
    const PatchOrigin& origin = problem.origins[k];
    y0 = std::min<std::int64_t>(y0, origin.y);
    y1 = std::max<std::int64_t>(y1, origin.y);
    x0 = std::min<std::int64_t>(x0, origin.x);
    x1 = std::max<std::int64_t>(x1, origin.x);
  }
  Cells cells;
  cells.y0 = y0;
  cells.x0 = x0;
  cells.height = std::max<std::int64_t>(1, problem.height / 2);
  cells.width = std::max<std::int64_t>(1, problem.width / 2);
  for (;;) {
    cells.rows = (y1 - y0) / cells.height + 1;
    cells.columns = (x1 - x0) / cells.width + 1;
    // Neither factor exceeds 2^32.
    if (cells.rows <= max_cells && cells.columns <= max_cells / cells.rows) break;
    (cells.rows >= cells.columns ? cells.height : cells.width) *= 2;
  }
  const std::int64_t rows_near = problem.height + cells.height;
  cells.strip = std::max<std::int64_t>(1, near_pixels / rows_near / cells.width);
  return cells;
}

}  // namespace

void sort_by_cell(const PatchProblem& problem, std::span<std::int64_t> counters,
                  std::uint32_t* order) {
  if (problem.count == 0) return;
  const Cells cells = cells_over(problem, static_cast<std::int64_t>(counters.size()));
  const auto begin = counters.begin();
  const auto end = begin + cells.rows * cells.columns;
  std::fill(begin, end, std::int64_t{0});
  for (std::int64_t k = 0; k < problem.count; ++k) ++begin[cells.of(problem.origins[k])];
  std::int64_t next = 0;
  for (auto cell = begin; cell != end; ++cell) {
    const std::int64_t size = *cell;
    *cell = next;
    next += size;
  }
  for (std::int64_t k = 0; k < problem.count; ++k) {
    order[begin[cells.of(problem.origins[k])]++] = static_cast<std::uint32_t>(k);
  }
}

}  // namespace ppatch
