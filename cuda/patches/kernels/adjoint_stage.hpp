// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "kernels/patches/adjoint.hpp"

namespace ppatch {

// `count` rows of a stage lie in the patch, the first `at` bytes behind the stage's first pixel,
// which is pixel `column` of a row of the patch. `more` of them have columns that are more than the
// tile's.
struct alignas(16) StageRows {
  int at, count, column, more;
};

// What a thread does of every patch. In bytes: where its first pixel lies in a stage, and that
// which it reads first with the last tap; how far it is in memory to its first pixels, of its
// column and of those that are more than the tile's, and from one of a column to the next.
struct StageThread {
  int column, row, at, read;
  std::int64_t wave, probe, wave_step, probe_step, more_wave, more_probe;
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
  static constexpr int nowhere = INT32_MIN;  // the column of rows of which nothing is staged

  // Read and written at once.
  struct alignas(C * sizeof(T)) Value {
    T scalar[C];
  };
  Value pixel[Rows + Taps - 1][pitch];

  // Of `Groups` threads for each column, all the rows of which have one; of one that adds to the
  // rows from `first` on.
  template <int Groups>
  PPATCH_HD static void begin(const AdjointPixel<P>& job, int thread, int first, StageThread& own) {
    static_assert(Groups * Columns >= Rows + Taps - 1);
    const auto bytes = static_cast<std::int64_t>(sizeof(S));
    const std::int64_t wave_row = job.in.stride_y * bytes;
    const std::int64_t wave_pixel = job.in.stride_x * bytes;
    const std::int64_t probe_row = job.probe.stride_y * bytes;
    const std::int64_t probe_pixel = job.probe.stride_x * bytes;
    own.column = thread % Columns;
    own.row = thread / Columns;
    own.at = (own.row * pitch + own.column) * static_cast<int>(sizeof(Value));
    own.read = (first * pitch + own.column) * static_cast<int>(sizeof(Value));
    own.wave = own.row * wave_row + own.column * wave_pixel;
    own.probe = own.row * probe_row + own.column * probe_pixel;
    own.wave_step = Groups * wave_row;
    own.probe_step = Groups * probe_row;
    own.more_wave = thread * wave_row + Columns * wave_pixel;
    own.more_probe = thread * probe_row + Columns * probe_pixel;
  }

  // wave and p: the first pixel of the first row, in the first mode.
  template <int Groups>
  PPATCH_HD void fill(const AdjointPixel<P>& job, const S* wave, const S* p, const StageRows& rows,
                      const StageThread& own, int thread) {
    const int first = rows.at;
    const int count = rows.count;
    const int more = rows.more;
    const int x = rows.column + own.column;
    const int width = static_cast<int>(job.problem.width) + 2 * (Taps - 1);
    // No tap meets what is further beside.
    if (static_cast<unsigned>(x + Taps - 1) < static_cast<unsigned>(width)) {
      fill_column<Groups>(job, bytes_on(wave, own.wave), bytes_on(p, own.probe), own.wave_step,
                          own.probe_step, value_at(first + own.at), count - own.row, x);
    }
    if (thread >= more) return;
    Value* const to = value_at(first) + thread * pitch + Columns;
    PPATCH_UNROLLED
    for (int n = 0; n < Taps - 1; ++n) {
      fill_column<1>(job, bytes_on(wave, own.more_wave) + n * job.in.stride_x,
                     bytes_on(p, own.more_probe) + n * job.probe.stride_x, 0, 0, to + n, 1,
                     x - own.column + Columns + n);
    }
  }

  // So many bytes behind the first pixel.
  PPATCH_HD Value* value_at(int bytes) {
    return reinterpret_cast<Value*>(reinterpret_cast<char*>(pixel) + bytes);
  }
  PPATCH_HD const Value* value_at(int bytes) const {
    return reinterpret_cast<const Value*>(reinterpret_cast<const char*>(pixel) + bytes);
  }

 private:
  // Every Step-th of `count` rows; Step is 1 where there is one. wave and p are pixel x of the
  // patch's row; rows lie wave_step and step bytes apart.
  template <int Step>
  PPATCH_HD void fill_column(const AdjointPixel<P>& job, const S* wave, const S* p,
                             std::int64_t wave_step, std::int64_t step, Value* to, int count,
                             int x) {
    const auto width = static_cast<int>(job.problem.width);
    if (static_cast<unsigned>(x) >= static_cast<unsigned>(width)) {
      PPATCH_ROLLED
      for (; count > 0; count -= Step, to += Step * pitch) *to = {};
    } else if (job.in.modes != 1) {
      fill_modes<Step>(job, wave, p, wave_step, step, to, count);
    } else if constexpr (Step == 1) {
      fill_pixels<1, 1>(wave, p, 0, 0, to);
    } else {
      constexpr int many = sizeof(Value) > 8 ? 4 : 8;
      PPATCH_ROLLED
      for (; count > (many - 1) * Step; count -= many * Step) {
        fill_pixels<many, Step>(wave, p, wave_step, step, to);
      }
      if (count > (many / 2 - 1) * Step) {
        fill_pixels<many / 2, Step>(wave, p, wave_step, step, to);
        count -= many / 2 * Step;
      }
      PPATCH_ROLLED
      for (; count > 0; count -= Step) fill_pixels<1, Step>(wave, p, wave_step, step, to);
    }
  }

  // All that is read is under way before the first product.
  template <int Count, int Step>
  PPATCH_HD static void fill_pixels(const S*& wave, const S*& p, std::int64_t wave_step,
                                    std::int64_t step, Value*& to) {
    T value[Count][C];
    T probe[Count][C];
    for (int n = 0; n < Count; ++n) {
      load_whole<P>(wave, value[n]);
      load_whole<P>(p, probe[n]);
      wave = bytes_on(wave, wave_step);
      p = bytes_on(p, step);
    }
    for (int n = 0; n < Count; ++n) {
      Value product;
      multiply_conjugate<T, C>(probe[n], value[n], product.scalar);
      to[n * Step * pitch] = product;
    }
    to += Count * Step * pitch;
  }

  template <int Step>
  PPATCH_HD void fill_modes(const AdjointPixel<P>& job, const S* wave, const S* p,
                            std::int64_t wave_step, std::int64_t step, Value* to, int count) {
    PPATCH_ROLLED
    for (; count > 0; count -= Step) {
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

// Reads a stage as AdjointRows reads a patch; from is the pixel of tap 0 in the row of number 0.
template <class P, int X, class Stage>
struct StagedRows {
  using T = typename P::Real;
  static constexpr int C = P::components;

  const typename Stage::Value* from;
  T weight[X];

  PPATCH_HD StagedRows(const typename Stage::Value* first, const T* weights) : from(first) {
    for (int j = 0; j < X; ++j) weight[j] = weights[j];
  }
  PPATCH_HD void move(int) const {}
  PPATCH_HD void read(int n, T* row) const {
    for (int j = 0; j < X; ++j) {
      const typename Stage::Value value = from[n * Stage::pitch - j];
      for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], weight[j], value.scalar[c]);
    }
  }
};

}  // namespace ppatch
