// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "kernels/patches/position_gradient.hpp"
#include "math/division.hpp"

namespace ppatch {

// Gradient and curvature by position on a device: a block owns a patch. Its threads sum some rows
// each, by lane, and then add the rows' sums in their order: GradientSums, side by side.
template <class P>
struct GradientBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  using Sums = GradientSums<T, C>;
  static constexpr int threads = 256;
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int depth = C * sizeof(T) > 8 ? 2 : 4;  // rows of a group in one step
  static constexpr int batch = groups * depth;
  static constexpr int totals = Sums::quantities * Sums::lanes;  // a thread each
  static_assert(totals <= threads);

  struct Shared {
    PatchTaps<T> taps;
    T row[batch][Sums::quantities][Sums::lanes];
    double total[Sums::quantities][Sums::lanes];
  };
  struct Private {
    double total;
  };

  PositionGradient<P> job;

  std::int64_t blocks() const { return job.cotangent.images * job.cotangent.count; }

  PPATCH_HD std::int64_t steps(std::int64_t) const {
    return 3 + 2 * blocks_over(job.problem.height, batch);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const PatchProblem& problem = job.problem;
    const Division number = divide(at.block, job.cotangent.count);
    const std::int64_t m = number.quotient;
    const std::int64_t k = number.remainder;
    const std::int64_t last = 2 + 2 * blocks_over(problem.height, batch);
    if (n == 0) {
      own.total = 0.0;
      if (at.thread == 0) {
        prepare_gradient_taps(problem.interpolation, problem.origins[k], shared.taps);
      }
      return;
    }
    const std::int64_t first = (n - 1) / 2 * batch;
    const std::int64_t left = problem.height - first;
    const int rows = left < batch ? static_cast<int>(left) : batch;
    if (n == last) {
      write(at, m, k, shared);
    } else if (n == last - 1) {
      if (at.thread < totals) {
        shared.total[at.thread / Sums::lanes][at.thread % Sums::lanes] = own.total;
      }
    } else if (n % 2 == 1) {
      const Samples<P> samples(problem, job.image, problem.image_of(m, k));
      for (int i = at.thread / columns; i < rows; i += groups) {
        sum_row(samples, shared.taps, m, k, first + i, at.thread % columns, shared.row[i]);
      }
    } else if (at.thread < totals) {
      for (int i = 0; i < rows; ++i) {
        const T sum = shared.row[i][at.thread / Sums::lanes][at.thread % Sums::lanes];
        own.total += static_cast<double>(sum);
      }
    }
  }

 private:
  PPATCH_HD void sum_row(const Samples<P>& samples, const PatchTaps<T>& taps, std::int64_t m,
                         std::int64_t k, std::int64_t r, int column,
                         T (&to)[Sums::quantities][Sums::lanes]) const {
    const PatchView& in = job.cotangent;
    const S* const row = in.template at<S>(m, k, 0) + r * in.stride_y;
    T sum[Sums::quantities][C] = {};
    PPATCH_ROLLED
    for (std::int64_t q = column; q < job.problem.width; q += columns) {
      T g[C];
      P::load(row + q * in.stride_x, g);
      for (int c = 0; c < C; ++c) {
        T by_y = T(0);
        T by_x = T(0);
        slopes(samples, taps, r, q, c, &by_y, &by_x);
        sum[Sums::gradient_y][c] += g[c] * by_y;
        sum[Sums::gradient_x][c] += g[c] * by_x;
        sum[Sums::curvature_y][c] += by_y * by_y;
        sum[Sums::curvature_x][c] += by_x * by_x;
      }
    }
    for (int n = 0; n < Sums::quantities; ++n) {
      for (int c = 0; c < C; ++c) to[n][column * C + c] = sum[n][c];
    }
  }

  // What Samples::filtered gives for the slopes of y and those of x, each sample being read once.
  PPATCH_HD void slopes(const Samples<P>& samples, const PatchTaps<T>& taps, std::int64_t r,
                        std::int64_t q, int c, T* by_y, T* by_x) const {
    const AxisTaps<T>& y = taps.y;
    const AxisTaps<T>& x = taps.x;
    PPATCH_ROLLED
    for (int i = 0; i < y.count; ++i) {
      T row = T(0);
      T row_slope = T(0);
      for (int j = 0; j < x.count; ++j) {
        const T value = samples.pixel(y.start + r + i, x.start + q + j, c);
        row = next_sum(j, row, x.weight[j], value);
        row_slope = next_sum(j, row_slope, x.slope[j], value);
      }
      *by_y = next_sum(i, *by_y, y.slope[i], row);
      *by_x = next_sum(i, *by_x, y.weight[i], row_slope);
    }
  }

  PPATCH_HD void write(const BlockThread& at, std::int64_t m, std::int64_t k,
                       const Shared& shared) const {
    if (at.thread >= Sums::quantities) return;
    double sum = 0.0;
    for (int lane = 0; lane < Sums::lanes; ++lane) sum += shared.total[at.thread][lane];
    const bool is_gradient = at.thread <= Sums::gradient_x;
    const bool by_y = at.thread == Sums::gradient_y || at.thread == Sums::curvature_y;
    const PositionResultView& to = is_gradient ? job.gradient : job.curvature;
    if (!to.data) return;
    *to.template at<S>(m, k, by_y ? job.axis_of_y : 1 - job.axis_of_y) =
        P::store(static_cast<T>(is_gradient ? job.direction * sum : sum));
  }
};

}  // namespace ppatch
