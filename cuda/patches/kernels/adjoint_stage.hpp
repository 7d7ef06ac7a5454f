// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "kernels/patches/adjoint.hpp"

namespace ppatch {

// Rows [first, last) of a stage lie in the patch; its first column is the patch's `column`.
struct StageRows {
  int first, last, column;
};

// What a patch's waves give to a tile: the products with the probe's conjugate, summed over modes,
// of all pixels that the tile's taps meet. So each is computed once, and not by every tap. Pixels
// beside the patch are zero; rows above and below it are left as they are.
template <class P, int Taps, int Columns, int Rows>
struct AdjointStage {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;
  static constexpr int pitch = Columns + Taps - 1;

  // Read and written at once.
  struct alignas(C * sizeof(T)) Value {
    T scalar[C];
  };
  Value pixel[Rows + Taps - 1][pitch];

  // `Groups` threads are for each column. wave and p are pixel `column` of the first row, of the
  // first mode; a thread's first one lies `offset` and `of_probe` bytes from there. N - 1 columns
  // are more than the tile's.
  template <int N, int Groups>
  PPATCH_HD void fill(const AdjointPixel<P>& job, const S* wave, const S* p, const StageRows& rows,
                      std::int64_t offset, std::int64_t of_probe, int thread) {
    const int column = thread % Columns;
    const int row = rows.first + thread / Columns;
    fill_column<N, Groups>(job, bytes_on(wave, offset), bytes_on(p, of_probe), row, rows.last,
                           column, rows.column + column);
    const int more = (rows.last - rows.first) * (N - 1);
    PPATCH_ROLLED
    for (int n = thread; n < more; n += Groups * Columns) {
      const int down = N > 2 ? n / (N - 1) : n;
      const int along = N > 2 ? Columns + n % (N - 1) : Columns;
      fill_column<N, 1>(job, wave + down * job.in.stride_y + along * job.in.stride_x,
                        p + down * job.probe.stride_y + along * job.probe.stride_x,
                        rows.first + down, rows.first + down + 1, along, rows.column + along);
    }
  }

 private:
  // wave and p are pixel x of the patch's row there.
  template <int N, int Step>
  PPATCH_HD void fill_column(const AdjointPixel<P>& job, const S* wave, const S* p, int row,
                             int last, int column, int x) {
    Value* to = &pixel[row][column];
    const auto width = static_cast<int>(job.problem.width);
    if (static_cast<unsigned>(x) >= static_cast<unsigned>(width)) {
      // No tap meets what is further beside.
      if (static_cast<unsigned>(x + N - 1) >= static_cast<unsigned>(width + 2 * (N - 1))) return;
      PPATCH_ROLLED
      for (; row < last; row += Step, to += Step * pitch) *to = {};
      return;
    }
    const auto bytes = static_cast<std::int64_t>(sizeof(S));
    const std::int64_t wave_step = Step * job.in.stride_y * bytes;
    const std::int64_t step = Step * job.probe.stride_y * bytes;
    const auto fill_pixel = [&](int n) {
      T value[C];
      read_mode(wave, p, value);
      Value out;
      for (int c = 0; c < C; ++c) out.scalar[c] = value[c];
      to[n * Step * pitch] = out;
      wave = bytes_on(wave, wave_step);
      p = bytes_on(p, step);
    };
    if (job.in.modes == 1) {
      if constexpr (Step > 1) {
        PPATCH_ROLLED
        for (; row < last - 7 * Step; row += 8 * Step) {
          PPATCH_UNROLLED
          for (int n = 0; n < 8; ++n) fill_pixel(n);
          to += 8 * Step * pitch;
        }
      }
      PPATCH_ROLLED
      for (; row < last; row += Step) {
        fill_pixel(0);
        to += Step * pitch;
      }
      return;
    }
    PPATCH_ROLLED
    for (; row < last; row += Step) {
      T value[C];
      read_mode(wave, p, value);
      PPATCH_ROLLED
      for (std::int64_t mode = 1; mode < job.in.modes; ++mode) {
        T term[C];
        read_mode(wave + mode * job.in.stride_mode, p + mode * job.probe.stride_mode, term);
        for (int c = 0; c < C; ++c) value[c] += term[c];
      }
      for (int c = 0; c < C; ++c) to->scalar[c] = value[c];
      to += Step * pitch;
      wave = bytes_on(wave, wave_step);
      p = bytes_on(p, step);
    }
  }

  PPATCH_HD static void read_mode(const S* from, const S* probe, T* term) {
    T wave[C];
    T p[C];
    load_whole<P>(from, wave);
    load_whole<P>(probe, p);
    multiply_conjugate<T, C>(p, wave, term);
  }
};

// Reads a stage as AdjointRows reads a patch; from is the pixel of tap 0.
template <class P, int X, class Stage>
struct StagedRows {
  using T = typename P::Real;
  static constexpr int C = P::components;

  const typename Stage::Value* from;
  T weight[X];

  PPATCH_HD StagedRows(const typename Stage::Value* first, const T* weights) : from(first) {
    for (int j = 0; j < X; ++j) weight[j] = weights[j];
  }
  PPATCH_HD void next(int rows = 1) { from += rows * Stage::pitch; }
  PPATCH_HD void read(T* row) const {
    for (int j = 0; j < X; ++j) {
      const typename Stage::Value value = from[-j];
      for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], weight[j], value.scalar[c]);
    }
  }
};

}  // namespace ppatch
