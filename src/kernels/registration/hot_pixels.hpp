// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// Where deviations from the neighbours are looked at: a grid of cells of one period, spread over
// the image. Pixel (py, px) of cell (i, j) is at (y(i) + py, x(j) + px).
struct DeviationGrid {
  static constexpr std::int64_t max_lines = 48;
  static constexpr std::int64_t max_cells = max_lines * max_lines;

  DeviationGrid() = default;
  DeviationGrid(std::int64_t height, std::int64_t width, int period_of, int reach)
      : period(period_of),
        margin((reach + period_of - 1) / period_of * period_of),
        rows((height - 2 * margin) / period),
        columns((width - 2 * margin) / period) {}

  PPATCH_HD std::int64_t y(int i) const { return margin + rows.at(i) * period; }
  PPATCH_HD std::int64_t x(int j) const { return margin + columns.at(j) * period; }

  // Lines of cells, and of them those in the grid: number i * cells / count.
  struct Lines {
    Lines() = default;
    explicit Lines(std::int64_t cells)
        : count(cells < 0           ? 0
                : cells < max_lines ? static_cast<int>(cells)
                                    : static_cast<int>(max_lines)),
          step(count > 0 ? cells / count : 0),
          remainder(count > 0 ? static_cast<int>(cells % count) : 0) {}
    PPATCH_HD std::int64_t at(int i) const { return i * step + i * remainder / count; }
    int count = 0;
    std::int64_t step = 0;
    int remainder = 0;
  };
  std::int64_t period = 1, margin = 0;
  Lines rows, columns;
};

// Of a median deviation and the deviation that it stands for.
constexpr float sigma_of_median = 1.4826F;
// Sigmas that a pixel must lie beyond its neighbours.
constexpr float hot_sigmas = 8.0F;

// Whether a value lies beyond extremes of its neighbours by more than twice their distance and the
// threshold.
PPATCH_HD bool lies_beyond(float value, float low, float high, float threshold) {
  const float spread = 2.0F * (high - low) + threshold;
  return value > high + spread || value < low - spread;
}

PPATCH_HD void order(float& a, float& b) {
  const float low = b < a ? b : a;
  b = b < a ? a : b;
  a = low;
}

// The mean of the two in the middle; sorts the values.
PPATCH_HD float median_of_eight(float (&v)[8]) {
  // Batcher's network.
  order(v[0], v[1]);
  order(v[2], v[3]);
  order(v[4], v[5]);
  order(v[6], v[7]);
  order(v[0], v[2]);
  order(v[1], v[3]);
  order(v[4], v[6]);
  order(v[5], v[7]);
  order(v[1], v[2]);
  order(v[5], v[6]);
  order(v[0], v[4]);
  order(v[1], v[5]);
  order(v[2], v[6]);
  order(v[3], v[7]);
  order(v[2], v[4]);
  order(v[3], v[5]);
  order(v[1], v[2]);
  order(v[3], v[4]);
  order(v[5], v[6]);
  return 0.5F * (v[3] + v[4]);
}

// The eight neighbours of the pixels of every CFA phase. Two in a row come first, where
// there are such: what two of the eight allow, all eight allow.
struct NearPixels {
  int period = 1, reach = 1;
  signed char y[36][8] = {}, x[36][8] = {};
};

}  // namespace ppatch
