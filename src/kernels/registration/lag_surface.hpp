// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"
#include "math/registration/detection.hpp"
#include "math/registration/parabola.hpp"

namespace ppatch {

// A value of a correlation's surface, and its lag.
struct LagValue {
  double value = 0.0;
  std::int64_t dy = 0, dx = 0;
};

// Floats of a transform's lag tables: its rows' scales, then their shares, then both of its
// columns.
PPATCH_HD std::int64_t lag_table_floats(std::int64_t height, std::int64_t width) {
  return 2 * (height + width);
}

// A correlation by lag, wrapped about its corner; what it is multiplied by, row by row and column
// by column, to be in units of its noise, and to be as if all overlapped: see peak_evidence.hpp.
struct LagSurface {
  const float* data = nullptr;
  std::int64_t height = 0, width = 0, stride = 0;
  const float* scale_y = nullptr;
  const float* scale_x = nullptr;
  const float* share_y = nullptr;
  const float* share_x = nullptr;

  // height and width are known.
  PPATCH_HD void set_tables(const float* tables) {
    scale_y = tables;
    share_y = scale_y + height;
    scale_x = share_y + height;
    share_x = scale_x + width;
  }

  PPATCH_HD std::int64_t row_of(std::int64_t dy) const { return (dy % height + height) % height; }
  PPATCH_HD std::int64_t column_of(std::int64_t dx) const { return (dx % width + width) % width; }
  PPATCH_HD double at(std::int64_t dy, std::int64_t dx) const {
    return static_cast<double>(data[row_of(dy) * stride + column_of(dx)]);
  }
  PPATCH_HD double scale(std::int64_t dy, std::int64_t dx) const {
    return static_cast<double>(scale_y[row_of(dy)]) * static_cast<double>(scale_x[column_of(dx)]);
  }
  // At least 1, also where little overlaps.
  PPATCH_HD double share(std::int64_t dy, std::int64_t dx) const {
    const auto y = static_cast<double>(share_y[row_of(dy)]);
    const auto x = static_cast<double>(share_x[column_of(dx)]);
    return (y > 1.0 ? y : 1.0) * (x > 1.0 ? x : 1.0);
  }

  // Whether none of its eight neighbours is larger.
  PPATCH_HD bool is_top(std::int64_t dy, std::int64_t dx) const {
    const double middle = at(dy, dx);
    PPATCH_ROLLED
    for (int i = 0; i < 9; ++i) {
      if (at(dy + i / 3 - 1, dx + i % 3 - 1) > middle) return false;
    }
    return true;
  }
  // The vertex of parabolas through a lag and its neighbours.
  PPATCH_HD void vertex(std::int64_t dy, std::int64_t dx, double out[2]) const {
    const double middle = at(dy, dx);
    out[0] = parabola_vertex(at(dy - 1, dx), middle, at(dy + 1, dx));
    out[1] = parabola_vertex(at(dy, dx - 1), middle, at(dy, dx + 1));
  }
  // The largest scaled value near a lag: of samples, and at the vertex between them.
  PPATCH_HD double highest_near(std::int64_t dy0, std::int64_t dx0) const {
    LagValue near{at(dy0, dx0) * scale(dy0, dx0), dy0, dx0};
    PPATCH_ROLLED
    for (int i = 0; i < 25; ++i) {
      const std::int64_t dy = dy0 + i / 5 - 2;
      const std::int64_t dx = dx0 + i % 5 - 2;
      const double value = at(dy, dx) * scale(dy, dx);
      if (value > near.value) near = {value, dy, dx};
    }
    double fraction[2];
    vertex(near.dy, near.dx, fraction);
    double taps[2][surface_taps];
    PPATCH_ROLLED
    for (int i = 0; i < surface_taps; ++i) {
      for (int axis = 0; axis < 2; ++axis) taps[axis][i] = surface_tap(i, fraction[axis]);
    }
    constexpr int before = surface_taps / 2 - 1;
    double sum = 0.0;
    PPATCH_ROLLED
    for (int i = 0; i < surface_taps * surface_taps; ++i) {
      const int y = i / surface_taps;
      const int x = i % surface_taps;
      sum += taps[0][y] * taps[1][x] * at(near.dy + y - before, near.dx + x - before);
    }
    const double between = sum * scale(near.dy, near.dx);
    return between > near.value ? between : near.value;
  }
};

// What both surfaces of a pair tell: of the correlation, and of that by phase, whose values are
// over their noise once they are divided by the root of sums.square.
struct SurfacePeaks {
  SurfaceSums sums;
  // The peak of either, whichever stands out; its value that by phase.
  LagValue peak;
  double fraction[2] = {0.0, 0.0};               // samples beyond it
  double share = 1.0, scale = 1.0, cross = 0.0;  // at it; cross: the correlation
  // Elsewhere: by phase the largest of either sign; the largest that is above its noise, times its
  // shares; of the correlation's local maxima the largest, times its shares.
  double other = 0.0;
  LagValue repeat, correlation;
  std::int32_t found = 0;
};

// From the largest values of both.
PPATCH_HD void choose_peak(const LagSurface& cross, const LagValue& by_cross,
                           const LagSurface& phase, const LagValue& by_phase, SurfacePeaks& out) {
  if (!(out.sums.square > 0.0) || !(by_cross.value > 0.0) || !(by_phase.value > 0.0)) return;
  const double of_cross = phase.highest_near(by_cross.dy, by_cross.dx);
  const double of_phase = phase.highest_near(by_phase.dy, by_phase.dx);
  // What is blurred or turned a little has its peak in the one, what is noisy in the other.
  const bool takes_phase = of_phase > 1.5 * of_cross;
  const LagValue& lag = takes_phase ? by_phase : by_cross;
  out.found = 1;
  out.peak = {takes_phase ? of_phase : of_cross, lag.dy, lag.dx};
  (takes_phase ? phase : cross).vertex(lag.dy, lag.dx, out.fraction);
  out.share = phase.share(lag.dy, lag.dx);
  out.scale = phase.scale(lag.dy, lag.dx);
  out.cross = cross.at(lag.dy, lag.dx);
}

}  // namespace ppatch
