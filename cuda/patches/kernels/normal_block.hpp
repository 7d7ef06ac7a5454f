// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "kernels/patches/position_normal.hpp"
#include "math/division.hpp"

namespace ppatch {

// Gradient and normal matrix of positions on a device: 32 threads own a position, one of them a
// lane of NormalSums, and walk its rows in order. Shifted: the derivatives of the probe stand in
// planes of complex numbers, (positions, modes, h, w) without gaps, and the image is at whole
// pixels; else the image is derived.
template <class P, bool Shifted>
struct NormalBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  using Sums = NormalSums<T, P::components>;
  static constexpr int C = P::components;
  static constexpr int columns = 32;
  static constexpr int here = 4;  // positions of a block
  static constexpr int threads = here * columns;

  struct Shared {
    double total[here][Sums::quantities][Sums::lanes];
  };
  struct Private {
    PatchTaps<T> taps;
  };

  PositionNormal<P> job;
  const T* by_y = nullptr;
  const T* by_x = nullptr;

  explicit NormalBlock(const PositionNormal<P>& all) : job(all) {}

  std::int64_t positions() const { return job.waves.in.images * job.waves.in.count; }
  std::int64_t blocks() const { return blocks_over(positions(), here); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const int number = at.thread / columns;
    const std::int64_t position = at.block * here + number;
    if (position >= job.waves.in.images * job.waves.in.count) return;
    const std::int64_t m = quotient_of(position, job.waves.in.count);
    const std::int64_t k = position - m * job.waves.in.count;
    const int column = at.thread % columns;
    if (n == 0) {
      double total[Sums::quantities][C] = {};
      sum(m, k, column, own.taps, total);
      for (int i = 0; i < Sums::quantities; ++i) {
        for (int c = 0; c < C; ++c) shared.total[number][i][column * C + c] = total[i][c];
      }
    } else if (column < Sums::quantities) {
      double result = 0.0;
      for (int lane = 0; lane < Sums::lanes; ++lane) result += shared.total[number][column][lane];
      write(m, k, column, result);
    }
  }

 private:
  PPATCH_HD void sum(std::int64_t m, std::int64_t k, int column, PatchTaps<T>& taps,
                     double (*total)[C]) const {
    const PatchProblem& problem = job.waves.problem;
    const Samples<P> samples(problem, job.image, problem.image_of(m, k));
    if constexpr (Shifted) {
      prepare_sampling_taps(problem.interpolation, problem.origins[k], taps);
      PPATCH_ROLLED
      for (std::int64_t mode = 0; mode < job.waves.in.modes; ++mode) {
        PPATCH_ROLLED
        for (std::int64_t r = 0; r < problem.height; ++r) {
          T row[Sums::quantities][C] = {};
          PPATCH_ROLLED
          for (std::int64_t q = column; q < problem.width; q += columns) {
            add_shifted(samples, taps, m, k, mode, r, q, row);
          }
          end_row(row, total);
        }
      }
    } else {
      prepare_gradient_taps(problem.interpolation, problem.origins[k], taps);
      PPATCH_ROLLED
      for (std::int64_t r = 0; r < problem.height; ++r) {
        T row[Sums::quantities][C] = {};
        PPATCH_ROLLED
        for (std::int64_t q = column; q < problem.width; q += columns) {
          add_sampled(samples, taps, m, k, r, q, row);
        }
        end_row(row, total);
      }
    }
  }

  PPATCH_HD void add_sampled(const Samples<P>& samples, const PatchTaps<T>& taps, std::int64_t m,
                             std::int64_t k, std::int64_t r, std::int64_t q, T (*row)[C]) const {
    const S* const wave = job.waves.in.template at<S>(m, k, 0);
    const S* const p0 = job.waves.probe.template at<S>(k, 0);
    T g[C] = {};
    job.waves.cotangent(wave, p0, r, q, g);
    const T weight = job.waves.weight(p0, r, q);
    for (int c = 0; c < C; ++c) {
      const T y = samples.filtered(taps, taps.y.slope, taps.x.weight, r, q, c);
      const T x = samples.filtered(taps, taps.y.weight, taps.x.slope, r, q, c);
      row[Sums::gradient_y][c] += g[c] * y;
      row[Sums::gradient_x][c] += g[c] * x;
      row[Sums::normal_yy][c] += weight * (y * y);
      row[Sums::normal_yx][c] += weight * (y * x);
      row[Sums::normal_xx][c] += weight * (x * x);
    }
  }

  PPATCH_HD void add_shifted(const Samples<P>& samples, const PatchTaps<T>& taps, std::int64_t m,
                             std::int64_t k, std::int64_t mode, std::int64_t r, std::int64_t q,
                             T (*row)[C]) const {
    const PatchView& in = job.waves.in;
    const std::int64_t place =
        2 * (((k * in.modes + mode) * in.height + r) * in.width + q);  // of a complex number
    T value[C];
    for (int c = 0; c < C; ++c) {
      value[c] = samples.filtered(taps, taps.y.weight, taps.x.weight, r, q, c);
    }
    T y[C];
    T x[C];
    multiply<T, C>(by_y + place, value, y);
    multiply<T, C>(by_x + place, value, x);
    T g[C];
    P::load(in.template at<S>(m, k, mode) + r * in.stride_y + q * in.stride_x, g);
    for (int c = 0; c < C; ++c) {
      row[Sums::gradient_y][c] += g[c] * y[c];
      row[Sums::gradient_x][c] += g[c] * x[c];
      row[Sums::normal_yy][c] += y[c] * y[c];
      row[Sums::normal_yx][c] += y[c] * x[c];
      row[Sums::normal_xx][c] += x[c] * x[c];
    }
  }

  PPATCH_HD static void end_row(const T (*row)[C], double (*total)[C]) {
    for (int i = 0; i < Sums::quantities; ++i) {
      for (int c = 0; c < C; ++c) total[i][c] += static_cast<double>(row[i][c]);
    }
  }

  PPATCH_HD void write(std::int64_t m, std::int64_t k, int quantity, double value) const {
    job.result.write_one(m, k, quantity, value);
  }
};

}  // namespace ppatch
