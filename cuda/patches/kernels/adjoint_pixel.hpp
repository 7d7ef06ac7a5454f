// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/tile_entries.hpp"
#include "kernels/patches/adjoint.hpp"

namespace ppatch {

// Adds to `rows` pixels of image m, one below the other from (y, x) on, what patch k gives there,
// whatever the arrays and the taps. Several pixels of a folded patch may fall on one, in the order
// of rows and columns. covers: their coverage, `step` apart, or null.
template <class P>
PPATCH_HD_CALLED void add_adjoint_pixels(const AdjointPixel<P>& job, const TilePlane& plane,
                                         const PatchTaps<typename P::Real>& taps, std::int64_t m,
                                         std::int64_t k, std::int64_t y, std::int64_t x, int rows,
                                         bool folded, typename P::Real* sum,
                                         typename P::Real* covers, int step) {
  using T = typename P::Real;
  constexpr int C = P::components;
  const Boundary boundary = job.problem.boundary;
  const std::int64_t of_wave = job.problem.image_index ? 0 : m;
  const std::int64_t y_end = taps.y.start + job.problem.height + taps.y.count - 1;
  const std::int64_t x_end = taps.x.start + job.problem.width + taps.x.count - 1;
  const auto next_row = [&](std::int64_t from) {
    return next_extended(boundary, y, plane.height, from);
  };
  const auto next_column = [&](std::int64_t from) {
    return next_extended(boundary, x, plane.width, from);
  };
  PPATCH_ROLLED
  for (int i = 0; i < rows; ++i, ++y, sum += C) {
    const auto add = [&](std::int64_t ey, std::int64_t ex) {
      T value[C] = {};
      job.contribution(taps, of_wave, k, ey, ex, value);
      for (int c = 0; c < C; ++c) sum[c] += value[c];
      if (covers) covers[i * step] += job.coverage(taps, k, ey, ex);
    };
    if (!folded) {
      const bool touched = y >= taps.y.start && y < y_end && x >= taps.x.start && x < x_end;
      if (touched) add(y - taps.y.start, x - taps.x.start);
      continue;
    }
    for (std::int64_t row = next_row(taps.y.start); row < y_end; row = next_row(row + 1)) {
      for (std::int64_t column = next_column(taps.x.start); column < x_end;
           column = next_column(column + 1)) {
        add(row - taps.y.start, column - taps.x.start);
      }
    }
  }
}

// Adds a patch that is not folded to the coverage of `rows` pixels, one below the other and `step`
// apart, of which the first is its extended pixel (top, ex). N: its taps on both axes.
template <class P, bool Waves, int N>
PPATCH_HD void cover_rows(const AdjointPixel<P>& job, const typename P::Real* weight_y,
                          const typename P::Real* weight_x, std::int64_t k, int top, int ex,
                          int rows, typename P::Real* covers, int step) {
  using T = typename P::Real;
  using S = typename P::Storage;
  const auto height = static_cast<int>(job.problem.height);
  const auto width = static_cast<int>(job.problem.width);
  const S* const p0 = job.probe.template at<S>(k, 0);
  const auto filtered = [&](int r) {
    T row = T(0);
    for (int j = 0; j < N; ++j) {
      const bool inside = static_cast<unsigned>(ex - j) < static_cast<unsigned>(width);
      row = next_sum(j, row, weight_x[j], inside ? job.weight(p0, r, ex - j) : T(0));
    }
    return row;
  };
  const T without_probe = Waves ? T(0) : filtered(0);
  T kept[N] = {};  // the last rows, the newest last
  PPATCH_ROLLED
  for (int i = 1 - N; i < rows; ++i) {
    const int r = top + i;
    for (int j = 0; j + 1 < N; ++j) kept[j] = kept[j + 1];
    const bool inside = static_cast<unsigned>(r) < static_cast<unsigned>(height);
    kept[N - 1] = !inside ? T(0) : Waves ? filtered(r) : without_probe;
    if (i < 0 || static_cast<unsigned>(r) >= static_cast<unsigned>(height + N - 1)) continue;
    T value = T(0);
    for (int j = 0; j < N; ++j) value = next_sum(j, value, weight_y[j], kept[N - 1 - j]);
    covers[i * step] += value;
  }
}

}  // namespace ppatch
