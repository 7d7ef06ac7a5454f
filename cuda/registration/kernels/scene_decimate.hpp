// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/conditioned_pixels.hpp"
#include "cuda/registration/kernels/scene_runs.hpp"
#include "cuda/runtime/block.hpp"
#include "math/multiply_add.hpp"

namespace ppatch {

// Conditions an image and keeps every Step-th filtered sample of it along both axes. A block owns a
// strip of the output, a thread of it a column, and walks down it some rows at a time: it
// conditions them, filters them along x, and then along y, where a row adds to all the sums that it
// is in, which a thread keeps. Step 1 conditions alone, 2 is for Bayer's mosaics and for coarser
// scales, 3 for those of X-Trans.
template <class T, int Step>
struct SceneDecimate {
  using Pixels = ConditionedPixels<T, Step>;
  static constexpr int half = Step == 1 ? 0 : 8 * Step;  // what the filter's taps reach
  static constexpr int taps = 2 * half + 1;
  static constexpr int lag = 2 * half / Step;  // rows of samples between a sum's begin and its end

  static constexpr int threads = 64;
  static constexpr int columns = threads;  // samples
  static constexpr int in_columns = Step * columns;
  static constexpr int outs = Step == 1 ? 16 : Step == 2 ? 8 : 4;  // rows of samples in a round
  static constexpr int rows = outs * Step;
  static_assert(lag % outs == 0 && half % rows == 0);

  // Conditioned columns are dealt out by their place within a step, so that a tap reads a
  // contiguous row. Rows begin four banks of memory apart: threads side by side take rows.
  static constexpr int filtered_columns = in_columns + 2 * half;
  static constexpr int dealt = filtered_columns / Step;
  static constexpr int row_floats = (Step * dealt + 31) / 32 * 32 + 4;
  // Samples that a thread filters along x, where that may be in the middle of a run of pixels.
  static constexpr int together = Step == 1 ? 16 : Step == 2 ? 8 : 4;
  static constexpr int window = together + lag;
  static constexpr bool has_whole_runs = Step * together == SceneRuns::length;
  static_assert(dealt % 4 == 0 && in_columns % SceneRuns::length == 0);

  struct alignas(16) Four {
    float value[4];
  };
  // The first sample, the rows, and the first pixel that the filter reads, in coordinates that may
  // lie beyond the image.
  struct Strip {
    std::int32_t y, x, rows;
    PPATCH_HD std::int32_t top() const { return Step * y - half; }
    PPATCH_HD std::int32_t left() const { return Step * x - half; }
  };
  struct Shared {
    alignas(16) float conditioned[rows][row_floats];
    alignas(16) float filtered[rows][columns + 4];
    typename Pixels::Tables tables;
  };
  struct Private {
    Strip strip;
    float sum[lag > 0 ? lag : 1];  // by the rows of samples since they began
    float run[Step];
  };

  Pixels pixels;
  float tap[taps];
  SceneRuns runs;  // may be without data
  const SceneImageState* state = nullptr;
  ScenePlane out;
  std::int32_t strip_rows = 64;  // rows of samples of a block: a multiple of 16

  std::int64_t blocks() const {
    return blocks_over(out.height, strip_rows) * blocks_over(out.width, columns);
  }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return state->status == scene_ok ? 2 + 2 * std::int64_t{rounds(strip_of(block))} : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const int thread = at.thread;
    if (n == 0) {
      own.strip = strip_of(at.block);
      pixels.begin(thread, threads, shared.tables);
      return;
    }
    const int round = static_cast<int>(n - 1) / 2;
    if (n % 2 == 1) {
      if (round == 1) {
        write<true>(0, thread, shared, own);
      } else if (round > 1) {
        write<false>(round - 1, thread, shared, own);
      }
      if (round < rounds(own.strip)) condition(round, thread, own.strip, shared);
      return;
    }
    filter(round, thread, own.strip, shared);
    if (!runs.rows) return;
    if constexpr (!has_whole_runs) sum_rows(round, thread, own.strip, shared);
    sum_columns(round, thread, shared, own);
  }

 private:
  PPATCH_HD Strip strip_of(std::int64_t block) const {
    const auto number = static_cast<std::uint32_t>(block);
    const auto across = static_cast<std::uint32_t>(blocks_over(out.width, columns));
    const auto y = static_cast<std::int32_t>(number / across * strip_rows);
    const auto left = static_cast<std::int32_t>(out.height) - y;
    return {y, static_cast<std::int32_t>(number % across * columns),
            left < strip_rows ? left : strip_rows};
  }
  PPATCH_HD static int rounds(const Strip& strip) { return (lag + strip.rows + outs - 1) / outs; }

  PPATCH_HD void condition(int round, int thread, const Strip& strip, Shared& shared) const {
    const std::int32_t top = strip.top() + round * rows;
    // What lies further to the right, no sample needs.
    const std::int32_t needed = pixels.width() + half - strip.left();
    const int end = needed < filtered_columns ? needed : filtered_columns;
    if constexpr (Pixels::has_groups) {
      constexpr int group = Pixels::group;
      constexpr int beside = threads / rows;
      const int r = thread % rows;
      const int first = thread / rows * group;
      const auto row = pixels.row_of(top + r, shared.tables);
      std::int32_t x = strip.left() + first;
      float* to = shared.conditioned[r] + first / Step;
      PPATCH_ROLLED
      for (int c = first; c < end; c += beside * group) {
        std::uint32_t left = Pixels::all_of_group;
        if (pixels.knows_groups()) {
          float value[group];
          left = pixels.condition_group(row, x, value);
          for (int s = 0; s < Step; ++s) {
            for (int k = 0; k < group / Step; k += 4) {
              *reinterpret_cast<Four*>(to + s * dealt + k) = {
                  value[Step * k + s], value[Step * (k + 1) + s], value[Step * (k + 2) + s],
                  value[Step * (k + 3) + s]};
            }
          }
        }
        PPATCH_ROLLED
        for (int k = 0; left != 0; ++k, left >>= 1) {
          if (left % 2 == 0) continue;
          to[k % Step * dealt + k / Step] = pixels.at(row.y, x + k, shared.tables);
        }
        x += beside * group;
        to += beside * group / Step;
      }
    } else {
      PPATCH_ROLLED
      for (int i = thread; i < rows * filtered_columns; i += threads) {
        const int r = i / filtered_columns;
        const int c = i % filtered_columns;
        if (c >= end) continue;
        shared.conditioned[r][c % Step * dealt + c / Step] =
            pixels.at(pixels.row_index(top + r), strip.left() + c, shared.tables);
      }
    }
  }

  PPATCH_HD void filter(int round, int thread, const Strip& strip, Shared& shared) const {
    static_assert(threads % rows == 0 || !has_whole_runs);
    int r = thread % rows;
    const RowRuns row_runs(*this, round, r, strip);
    PPATCH_ROLLED
    for (int j = thread / rows * together; j < columns; j += threads / rows * together) {
      const float* from = shared.conditioned[r] + j;
      float seen[Step][window];
      for (int s = 0; s < Step; ++s) {
        for (int k = 0; k < window; k += 4) {
          const Four four = *reinterpret_cast<const Four*>(from + s * dealt + k);
          for (int q = 0; q < 4; ++q) seen[s][k + q] = four.value[q];
        }
      }
      if constexpr (has_whole_runs) {
        row_runs.put(r, Step * j, shared, [&](int k) { return seen[k % Step][(k + half) / Step]; });
      }
      float sum[together] = {};
      PPATCH_UNROLLED
      for (int t = 0; t < taps; ++t) {
        PPATCH_UNROLLED
        for (int q = 0; q < together; ++q) {
          sum[q] = multiply_add(tap[t], seen[t % Step][q + t / Step], sum[q]);
        }
      }
      for (int q = 0; q < together; q += 4) {
        *reinterpret_cast<Four*>(shared.filtered[r] + j + q) = {sum[q], sum[q + 1], sum[q + 2],
                                                                sum[q + 3]};
      }
      r += threads % rows;
      if (r < rows) continue;
      r -= rows;
      j += together;
    }
  }

  // In the first round few sums have begun.
  template <bool IsFirst>
  PPATCH_HD void write(int round, int thread, const Shared& shared, Private& own) const {
    float ended[outs];
    PPATCH_UNROLLED
    for (int m = 0; m < outs; ++m) {
      const int begun = IsFirst && m < lag ? m : lag;  // sums, before
      const auto row = [&](int p) { return shared.filtered[Step * m + p][thread]; };
      const float next = multiply_add(tap[0], row(0), 0.0F);
      ended[m] = next;
      if constexpr (lag > 0) {
        if (begun == lag) ended[m] = multiply_add(tap[Step * lag], row(0), own.sum[lag - 1]);
        PPATCH_UNROLLED
        for (int a = lag - 1; a > 0; --a) {
          if (a <= begun) own.sum[a] = multiply_add(tap[Step * a], row(0), own.sum[a - 1]);
        }
        own.sum[0] = next;
        PPATCH_UNROLLED
        for (int p = 1; p < Step; ++p) {
          PPATCH_UNROLLED
          for (int a = 0; a < lag; ++a) {
            if (a <= begun) own.sum[a] = multiply_add(tap[Step * a + p], row(p), own.sum[a]);
          }
        }
      }
    }
    const int first = round * outs - lag;
    const int column = own.strip.x + thread;
    if (first < 0 || column >= static_cast<std::int32_t>(out.width)) return;
    const int left = own.strip.rows - first;
    float* to = out.data + (own.strip.y + first) * out.width + column;
    PPATCH_UNROLLED
    for (int m = 0; m < outs; ++m) {
      if (m >= left) return;
      *to = ended[m];
      to += out.width;
    }
  }

  // Of a round's rows, those that the strip sums: each of the image belongs to one strip.
  PPATCH_HD static int summed_rows(int round, const Strip& strip) {
    const int left = Step * strip.rows - (round * rows - half);
    return left > Step * strip.rows ? 0 : left < rows ? left : rows;
  }
  PPATCH_HD static float conditioned(int r, int c, const Shared& shared) {
    return shared.conditioned[r][(c + half) % Step * dealt + (c + half) / Step];
  }

  // Runs of one row of a round, if the strip sums it.
  struct RowRuns {
    float* to = nullptr;
    std::int32_t width = 0;  // pixels from the strip's first column on

    PPATCH_HD RowRuns(const SceneDecimate& of, int round, int r, const Strip& strip) {
      constexpr auto length = static_cast<std::uint32_t>(SceneRuns::length);
      if (!of.runs.rows || r >= summed_rows(round, strip)) return;
      const auto all = static_cast<std::uint32_t>(of.pixels.width());
      const std::int64_t y = strip.top() + round * rows + r;
      const auto x = static_cast<std::uint32_t>(Step * strip.x);
      to = of.runs.rows + y * ((all + length - 1) / length) + x / length;
      width = static_cast<std::int32_t>(all - x);
    }
    // The run that begins in column c. value(k): its pixels, where it is a full one.
    template <class Value>
    PPATCH_HD void put(int r, int c, const Shared& shared, const Value& value) const {
      if (c >= width) return;
      const int left = width - c;
      to[static_cast<std::uint32_t>(c) / SceneRuns::length] =
          left < SceneRuns::length
              ? SceneRuns::sum(left, [&](int k) { return conditioned(r, c + k, shared); })
              : SceneRuns::sum(SceneRuns::length, value);
    }
  };
  PPATCH_HD void sum_rows(int round, int thread, const Strip& strip, const Shared& shared) const {
    PPATCH_ROLLED
    for (int i = thread; i < rows * in_columns / SceneRuns::length; i += threads) {
      const int r = i % rows;
      const int c = i / rows * SceneRuns::length;
      const RowRuns row_runs(*this, round, r, strip);
      row_runs.put(r, c, shared, [&](int k) { return conditioned(r, c + k, shared); });
    }
  }

  PPATCH_HD void sum_columns(int round, int thread, const Shared& shared, Private& own) const {
    const int count = summed_rows(round, own.strip);
    if (count == rows) {
      PPATCH_UNROLLED
      for (int r = 0; r < rows; ++r) add_to_columns(round, r, rows, thread, shared, own);
    } else {
      PPATCH_ROLLED
      for (int r = 0; r < count; ++r) add_to_columns(round, r, count, thread, shared, own);
    }
  }
  PPATCH_HD void add_to_columns(int round, int r, int count, int thread, const Shared& shared,
                                Private& own) const {
    constexpr int length = SceneRuns::length;
    constexpr bool are_runs = rows == length;  // a round's rows
    const std::int32_t y = own.strip.top() + round * rows + r;
    const bool begins = are_runs ? r == 0 : y % length == 0;
    const bool ends =
        are_runs ? r == count - 1 : y % length == length - 1 || y == pixels.height() - 1;
    PPATCH_UNROLLED
    for (int s = 0; s < Step; ++s) {
      const int c = Step * thread + s;
      const float value = conditioned(r, c, shared);
      own.run[s] = begins ? value : own.run[s] + value;
      const std::int32_t x = Step * own.strip.x + c;
      if (ends && x < pixels.width()) {
        runs.columns[std::int64_t{y / length} * pixels.width() + x] = own.run[s];
      }
    }
  }
};

}  // namespace ppatch
