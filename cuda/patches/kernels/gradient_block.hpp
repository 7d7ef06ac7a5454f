// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/position_gradient.hpp"
#include "math/division.hpp"

namespace ppatch {

// Gradient and curvature by position on a device: a block owns a patch, a thread one lane of
// GradientSums, and all walk its rows in order. Taps: of the interpolation on an axis, 2 for one or
// two.
template <class P, int Taps>
struct GradientBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  using Sums = GradientSums<T, C>;
  static constexpr int threads = 32;
  static constexpr int resident_blocks = 16;  // sums stay in registers on every architecture
  // Pixels of a thread's row whose samples it keeps for the next row, at most.
  static constexpr int max_pixels = Taps > 2 || sizeof(T) > 4 ? 2 : 4;

  struct Shared {
    PatchTaps<T> taps;
    double total[Sums::quantities][Sums::lanes];
  };
  using Private = Nothing;

  PositionGradient<P> job;
  bool whole_pixels = false;  // of both arrays, and those of the image side by side

  explicit GradientBlock(const PositionGradient<P>& all)
      : job(all),
        whole_pixels(job.image.stride_x == C && lies_in_whole_pixels<P>(job.image.data) &&
                     lies_in_whole_pixels<P>(job.cotangent.data)) {}

  std::int64_t blocks() const { return job.cotangent.images * job.cotangent.count; }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division number = divide(at.block, job.cotangent.count);
    const std::int64_t m = number.quotient;
    const std::int64_t k = number.remainder;
    if (n == 0) {
      if (at.thread > 0) return;
      prepare_gradient_taps(job.problem.interpolation, job.problem.origins[k], shared.taps);
    } else if (n == 1) {
      sum(shared.taps, m, k, at.thread, shared.total);
    } else if (at.thread < Sums::quantities) {
      write(at.thread, m, k, shared.total);
    }
  }

 private:
  PPATCH_HD void sum(const PatchTaps<T>& taps, std::int64_t m, std::int64_t k, int column,
                     double (&total)[Sums::quantities][Sums::lanes]) const {
    const PatchProblem& problem = job.problem;
    const AxisTaps<T>& y = taps.y;
    const AxisTaps<T>& x = taps.x;
    const bool inside = y.start >= 0 && x.start >= 0 &&
                        y.start + problem.height + y.count - 1 <= job.image.height &&
                        x.start + problem.width + x.count - 1 <= job.image.width;
    double own[Sums::quantities][C] = {};
    if (!whole_pixels || !inside || y.count != Taps || problem.width > max_pixels * threads) {
      sum_any(taps, m, k, column, own);
    } else if (problem.width > 2 * threads) {
      sum_inside<max_pixels>(taps, m, k, column, own);
    } else {
      sum_inside<2>(taps, m, k, column, own);
    }
    for (int n = 0; n < Sums::quantities; ++n) {
      for (int c = 0; c < C; ++c) total[n][column * C + c] = own[n][c];
    }
  }

  // Samples that all lie in the image, in whole pixels; each is read once a row.
  template <int Pixels>
  PPATCH_HD void sum_inside(const PatchTaps<T>& taps, std::int64_t m, std::int64_t k, int column,
                            double (&total)[Sums::quantities][C]) const {
    const PatchProblem& problem = job.problem;
    const S* from =
        job.image.template at<S>(problem.image_of(m, k), taps.y.start, taps.x.start + column);
    const S* in = job.cotangent.template at<S>(m, k, 0) + column * job.cotangent.stride_x;
    T weight_x[Taps];
    T weight_y[Taps];
    T slope_x[Taps];
    T slope_y[Taps];
    for (int j = 0; j < Taps; ++j) {
      weight_x[j] = taps.x.weight[j];
      weight_y[j] = taps.y.weight[j];
      slope_x[j] = taps.x.slope[j];
      slope_y[j] = taps.y.slope[j];
    }
    const auto width = static_cast<int>(problem.width);
    // The last rows, filtered along x by weights and by slopes, numbered round.
    T kept[Taps][Pixels][C];
    T kept_slope[Taps][Pixels][C];
    const auto filter = [&](int at) {
      for (int n = 0; n < Pixels; ++n) {
        if (column + n * threads >= width) continue;
        T sample[Taps][C];
        for (int j = 0; j < Taps; ++j) load_whole<P>(from + (n * threads + j) * C, sample[j]);
        for (int c = 0; c < C; ++c) {
          T row = T(0);
          for (int j = 0; j < Taps; ++j) row = next_sum(j, row, weight_x[j], sample[j][c]);
          kept[at][n][c] = row;
          kept_slope[at][n][c] = slope_sum(slope_x, [&](int j) { return sample[j][c]; });
        }
      }
      from += job.image.stride_y;
    };
    const auto sum_row = [&](int u) {
      filter((u + Taps - 1) % Taps);
      T row[Sums::quantities][C] = {};
      for (int n = 0; n < Pixels; ++n) {
        if (column + n * threads >= width) continue;
        T g[C];
        load_whole<P>(in + n * threads * job.cotangent.stride_x, g);
        for (int c = 0; c < C; ++c) {
          const T by_y = slope_sum(slope_y, [&](int i) { return kept[(u + i) % Taps][n][c]; });
          T by_x = T(0);
          for (int i = 0; i < Taps; ++i) {
            by_x = next_sum(i, by_x, weight_y[i], kept_slope[(u + i) % Taps][n][c]);
          }
          // A sum begins with its first term.
          const auto add = [&](T& to, T term) { to = n == 0 ? term : to + term; };
          add(row[Sums::gradient_y][c], g[c] * by_y);
          add(row[Sums::gradient_x][c], g[c] * by_x);
          add(row[Sums::curvature_y][c], by_y * by_y);
          add(row[Sums::curvature_x][c], by_x * by_x);
        }
      }
      add_row(row, total);
      in += job.cotangent.stride_y;
    };
    for (int i = 0; i < Taps - 1; ++i) filter(i);
    auto left = static_cast<int>(problem.height);
    PPATCH_ROLLED
    for (; left >= Taps; left -= Taps) {
      for (int u = 0; u < Taps; ++u) sum_row(u);
    }
    for (int u = 0; u < Taps - 1; ++u) {
      if (u >= left) break;
      sum_row(u);
    }
  }

  // Two taps have the slopes -1 and 1: what the sum gives is their difference, to the last bit.
  template <class Value>
  PPATCH_HD static T slope_sum(const T* slope, const Value& value) {
    if constexpr (Taps == 2) {
      return value(1) - value(0);
    } else {
      T sum = T(0);
      for (int j = 0; j < Taps; ++j) sum = next_sum(j, sum, slope[j], value(j));
      return sum;
    }
  }

  PPATCH_HD static void add_row(const T (&row)[Sums::quantities][C],
                                double (&total)[Sums::quantities][C]) {
    for (int n = 0; n < Sums::quantities; ++n) {
      for (int c = 0; c < C; ++c) total[n][c] += static_cast<double>(row[n][c]);
    }
  }

  // Any arrays and taps, pixel by pixel.
  PPATCH_HD void sum_any(const PatchTaps<T>& taps, std::int64_t m, std::int64_t k, int column,
                         double (&total)[Sums::quantities][C]) const {
    const PatchView& in = job.cotangent;
    const Samples<P> samples(job.problem, job.image, job.problem.image_of(m, k));
    const S* cotangent = in.template at<S>(m, k, 0);
    PPATCH_ROLLED
    for (std::int64_t r = 0; r < job.problem.height; ++r, cotangent += in.stride_y) {
      T row[Sums::quantities][C] = {};
      PPATCH_ROLLED
      for (std::int64_t q = column; q < job.problem.width; q += threads) {
        T g[C];
        P::load(cotangent + q * in.stride_x, g);
        for (int c = 0; c < C; ++c) {
          T by_y = T(0);
          T by_x = T(0);
          slopes(samples, taps, r, q, c, &by_y, &by_x);
          row[Sums::gradient_y][c] += g[c] * by_y;
          row[Sums::gradient_x][c] += g[c] * by_x;
          row[Sums::curvature_y][c] += by_y * by_y;
          row[Sums::curvature_x][c] += by_x * by_x;
        }
      }
      add_row(row, total);
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

  PPATCH_HD void write(int quantity, std::int64_t m, std::int64_t k,
                       const double (&total)[Sums::quantities][Sums::lanes]) const {
    double sum = 0.0;
    for (int lane = 0; lane < Sums::lanes; ++lane) sum += total[quantity][lane];
    const bool is_gradient = quantity <= Sums::gradient_x;
    const bool by_y = quantity == Sums::gradient_y || quantity == Sums::curvature_y;
    const PositionResultView& to = is_gradient ? job.gradient : job.curvature;
    if (!to.data) return;
    *to.template at<S>(m, k, by_y ? job.axis_of_y : 1 - job.axis_of_y) =
        P::store(static_cast<T>(is_gradient ? job.direction * sum : sum));
  }
};

}  // namespace ppatch
