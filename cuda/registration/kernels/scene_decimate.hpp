// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "cuda/registration/kernels/scene_runs.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/hot_pixels.hpp"
#include "kernels/registration/scene_image.hpp"
#include "math/multiply_add.hpp"

namespace ppatch {

// A coordinate of an axis of n samples beyond which it is reflected without repeating the sample at
// its edge, or wrapped; and whether it runs back there. extended_index says the same of all.
struct MirroredIndex {
  std::int32_t index;
  std::int32_t direction;  // 1 or -1

  PPATCH_HD static MirroredIndex at(bool wraps, std::int32_t i, std::int32_t n) {
    if (i >= 0 && i < n) return {i, 1};
    if (n == 1) return {0, 1};
    const std::int32_t period = wraps ? n : 2 * (n - 1);
    std::int32_t r = i % period;
    if (r < 0) r += period;
    return r < n ? MirroredIndex{r, 1} : MirroredIndex{period - r, -1};
  }
};

// Conditions an image and keeps every Step-th filtered sample of it along both axes. A block owns a
// strip of the output, some columns wide, and walks down it: it reads some rows at a time, scales
// them, repairs, levels and masks their pixels, filters them along x, and keeps what it needs of
// them to filter along y. Step 1 conditions alone, 2 is for Bayer's mosaics and for coarser scales,
// 3 for those of X-Trans.
template <class T, int Step>
struct SceneDecimate {
  static constexpr int period = Step == 1 ? 1 : Step == 2 ? 2 : 6;
  static constexpr int places = period * period;
  static constexpr int half = Step == 1 ? 0 : 8 * Step;  // what the filter's taps reach
  static constexpr int taps = 2 * half + 1;
  static constexpr int max_reach = Step == 1 ? 1 : Step == 2 ? 2 : 6;  // of neighbours

  static constexpr int threads = Step == 1 ? 256 : Step == 2 ? 320 : 128;
  static constexpr int columns = Step == 3 ? 64 : 128;  // samples
  static constexpr int in_columns = Step * columns;
  static constexpr int lag = 2 * half / Step;  // rows of samples between reading and writing
  static constexpr int outs = Step == 1 ? 8 : Step == 2 ? 4 : 2;  // rows of samples at a time
  static constexpr int rows = outs * Step;
  static constexpr int kept_rows = lag * Step + rows;
  static constexpr int rounds_kept = kept_rows / rows;
  static_assert(kept_rows % rows == 0 && lag % outs == 0);

  // Columns that are read, from a multiple of 16 bytes on.
  static constexpr int pad = (half + max_reach + 7) / 8 * 8;
  static constexpr int wide = in_columns + 2 * pad;
  static constexpr int ring_rows = rows + 2 * max_reach;
  static constexpr int vector = sizeof(T) == 1 ? 8 : 16 / static_cast<int>(sizeof(T));
  // Conditioned columns are dealt out by their place within a step, so that a tap reads a
  // contiguous row.
  static constexpr int filtered_columns = in_columns + 2 * half;
  static constexpr int dealt = filtered_columns / Step;
  static constexpr int together = 4;  // samples that a thread filters along x
  static constexpr int window = together + (half > 0 ? 16 : 0);
  static_assert(dealt % together == 0 && wide % 8 == 0 && in_columns % SceneRuns::length == 0);

  // Threads that condition columns of one row. A column is a thread's own.
  static constexpr int condition_columns =
      filtered_columns <= threads ? filtered_columns : filtered_columns / 2;
  static constexpr int condition_rows = threads / condition_columns;
  static_assert(condition_columns % period == 0 && filtered_columns % condition_columns == 0);

  // A column of the block is a thread's own for runs.
  static constexpr int run_columns = (in_columns + threads - 1) / threads;

  using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;
  struct alignas(2 * sizeof(Work)) Scaling {
    Work black, factor;
  };
  // With two of the neighbours.
  struct alignas(16) Test {
    float clip, clip_value, threshold;
    signed char first_y, first_x, second_y, second_x;
  };
  struct alignas(16) Four {
    float value[4];
  };
  struct Shared {
    alignas(16) float scaled[ring_rows][wide];
    alignas(16) float conditioned[rows][Step][dealt];
    alignas(16) float filtered[kept_rows][columns];
    Scaling scaling[places];
    Test test[places];
    float offset;
    bool repairs;
    signed char near_y[places][8], near_x[places][8];
  };
  struct Private {
    float run[run_columns];
  };

  ScenePixels pixels;
  // Of the image; without them pixels are floats that are taken as they are.
  const Conditioning* conditioning = nullptr;
  const float* threshold = nullptr;
  NearPixels near;
  bool wraps = false;
  bool aligned = false;  // rows begin at multiples of 16 bytes, and pixels lie side by side
  float tap[taps];
  SceneRuns runs;  // may be without data
  const SceneImageState* state = nullptr;
  ScenePlane out;
  std::int32_t strip_rows = 64;  // rows of samples of a block: a multiple of 16

  std::int64_t blocks() const {
    return blocks_over(out.height, strip_rows) * blocks_over(out.width, columns);
  }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return state->status == scene_ok ? 2 + 3 * std::int64_t{rounds(strip_of(block))} : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const Strip strip = strip_of(at.block);
    if (n == 0) return begin(at, shared, own);
    const auto round = static_cast<int>((n - 1) / 3);
    switch ((n - 1) % 3) {
      case 0:
        if (round > 0) write(strip, round - 1, at, shared);
        if (round < rounds(strip)) read(strip, round, at, shared);
        return;
      case 1:
        return condition(strip, round, at, shared);
      default:
        filter(round, at, shared);
        if (runs.rows) sum_runs(strip, round, at, shared, own);
    }
  }

 private:
  // The first sample, the rows, and the first pixel that the filter reads, in coordinates that may
  // lie beyond the image.
  struct Strip {
    std::int32_t y, x, rows;
    PPATCH_HD std::int32_t top() const { return Step * y - half; }
    PPATCH_HD std::int32_t left() const { return Step * x - half; }
  };
  PPATCH_HD Strip strip_of(std::int64_t block) const {
    const auto number = static_cast<std::uint32_t>(block);
    const auto across = static_cast<std::uint32_t>(blocks_over(out.width, columns));
    const auto y = static_cast<std::int32_t>(number / across * strip_rows);
    const auto left = static_cast<std::int32_t>(out.height) - y;
    return {y, static_cast<std::int32_t>(number % across * columns),
            left < strip_rows ? left : strip_rows};
  }
  PPATCH_HD static int rounds(const Strip& strip) {
    return lag / outs + (strip.rows + outs - 1) / outs;
  }
  PPATCH_HD std::int32_t height() const { return static_cast<std::int32_t>(pixels.height); }
  PPATCH_HD std::int32_t width() const { return static_cast<std::int32_t>(pixels.width); }

  PPATCH_HD void begin(const BlockThread& at, Shared& shared, Private& own) const {
    for (int i = 0; i < run_columns; ++i) own.run[i] = 0.0F;
    if (!conditioning) return;
    PPATCH_ROLLED
    for (int i = at.thread; i < places; i += threads) {
      shared.scaling[i] = {static_cast<Work>(conditioning->black[i]),
                           static_cast<Work>(conditioning->factor[i])};
      shared.test[i] = {conditioning->clip[i],
                        conditioning->clip_value[i],
                        conditioning->repairs ? threshold[i] : 0.0F,
                        near.y[i][0],
                        near.x[i][0],
                        near.y[i][1],
                        near.x[i][1]};
      for (int k = 0; k < 8; ++k) {
        shared.near_y[i][k] = near.y[i][k];
        shared.near_x[i][k] = near.x[i][k];
      }
    }
    if (at.thread == 0) {
      shared.offset = static_cast<float>(conditioning->offset);
      shared.repairs = conditioning->repairs;
    }
  }

  PPATCH_HD static int place_along(std::int32_t i) {
    return static_cast<int>(static_cast<std::uint32_t>(i) % period);
  }
  PPATCH_HD float scaled(T value, int place, const Shared& shared) const {
    if (!conditioning) return static_cast<float>(value);
    const Scaling scaling = shared.scaling[place];
    return static_cast<float>((static_cast<Work>(value) - scaling.black) * scaling.factor);
  }

  // The rows that a round is the first to need; the first round those above them too.
  PPATCH_HD void read(const Strip& strip, int round, const BlockThread& at, Shared& shared) const {
    constexpr int groups = wide / vector;
    const std::int32_t top = strip.top() - max_reach;
    const int from = round == 0 ? 0 : round * rows + 2 * max_reach;
    const int to = (round + 1) * rows + 2 * max_reach;
    const std::int32_t first = Step * strip.x - pad;
    PPATCH_ROLLED
    for (int i = at.thread; i < (to - from) * groups; i += threads) {
      const int r = from + i / groups;
      const int c = i % groups * vector;
      const std::int32_t x = first + c;
      if (x >= width() + half + max_reach) continue;  // no sample needs it
      const std::int32_t y = MirroredIndex::at(wraps, top + r, height()).index;
      const int place_y = place_along(y) * period;
      float* to_row = shared.scaled[r % ring_rows] + c;
      if (aligned && x >= 0 && x + vector <= width()) {
        struct alignas(vector * sizeof(T)) Wide {
          T value[vector];
        };
        const Wide all = *reinterpret_cast<const Wide*>(pixels.row<T>(y) + x);
        constexpr int stored = vector < 4 ? vector : 4;
        // x is even.
        const int place_x = period == 2 ? 0 : place_along(x);
        for (int k = 0; k < vector; k += stored) {
          struct alignas(4 * stored) Stored {
            float value[stored];
          } some;
          for (int q = 0; q < stored; ++q) {
            const int place = (place_x + k + q) % period;
            some.value[q] = scaled(all.value[k + q], place_y + place, shared);
          }
          *reinterpret_cast<Stored*>(to_row + k) = some;
        }
      } else {
        PPATCH_ROLLED
        for (int k = 0; k < vector; ++k) {
          const std::int32_t from_x = MirroredIndex::at(wraps, x + k, width()).index;
          const T value = pixels.row<T>(y)[from_x * pixels.stride_x];
          to_row[k] = scaled(value, place_y + place_along(from_x), shared);
        }
      }
    }
  }

  PPATCH_HD void condition(const Strip& strip, int round, const BlockThread& at,
                           Shared& shared) const {
    const int first_row = at.thread / condition_columns;
    if (first_row >= condition_rows) return;
    PPATCH_ROLLED
    for (int c = at.thread % condition_columns; c < filtered_columns; c += condition_columns) {
      if (strip.left() + c >= width() + half) return;
      const MirroredIndex x = MirroredIndex::at(wraps, strip.left() + c, width());
      const bool is_inside = x.index >= near.reach && x.index < width() - near.reach;
      const int place_x = place_along(x.index);
      PPATCH_ROLLED
      for (int r = first_row; r < rows; r += condition_rows) {
        const int in_ring = round * rows + r + max_reach;
        const int column = c + pad - half;
        float value = shared.scaled[in_ring % ring_rows][column];
        if (conditioning) {
          const MirroredIndex y =
              MirroredIndex::at(wraps, strip.top() + round * rows + r, height());
          const int place = place_along(y.index) * period + place_x;
          const Test test = shared.test[place];
          const bool is_tested = shared.repairs && is_inside && y.index >= near.reach &&
                                 y.index < height() - near.reach;
          if (is_tested) {
            float a = neighbour(in_ring, column, y, x, test.first_y, test.first_x, shared);
            float b = neighbour(in_ring, column, y, x, test.second_y, test.second_x, shared);
            order(a, b);
            if (lies_beyond(value, a, b, test.threshold)) {
              value = repaired(value, in_ring, column, y, x, place, shared);
            }
          }
          value = value >= test.clip ? test.clip_value : value - shared.offset;
          if (pixels.masked(y.index, x.index)) value = 0.0F;
        }
        shared.conditioned[r][c % Step][c / Step] = value;
      }
    }
  }

  // Of the pixel at y and x, which is in that row and column.
  PPATCH_HD static float neighbour(int in_ring, int column, MirroredIndex y, MirroredIndex x,
                                   int off_y, int off_x, const Shared& shared) {
    const int row = (in_ring + y.direction * off_y) % ring_rows;
    return shared.scaled[row][column + x.direction * off_x];
  }
  PPATCH_HD static float repaired(float value, int in_ring, int column, MirroredIndex y,
                                  MirroredIndex x, int place, const Shared& shared) {
    float around[8];
    for (int k = 0; k < 8; ++k) {
      around[k] = neighbour(in_ring, column, y, x, shared.near_y[place][k], shared.near_x[place][k],
                            shared);
    }
    const float median = median_of_eight(around);
    return lies_beyond(value, around[0], around[7], shared.test[place].threshold) ? median : value;
  }

  PPATCH_HD void filter(int round, const BlockThread& at, Shared& shared) const {
    constexpr int groups = columns / together;
    PPATCH_ROLLED
    for (int i = at.thread; i < rows * groups; i += threads) {
      const int r = i / groups;
      const int j = i % groups * together;
      float seen[Step][window];
      for (int s = 0; s < Step; ++s) {
        for (int k = 0; k < window; k += together) {
          const Four four = *reinterpret_cast<const Four*>(shared.conditioned[r][s] + j + k);
          for (int q = 0; q < together; ++q) seen[s][k + q] = four.value[q];
        }
      }
      Four sum = {};
      for (int t = 0; t < taps; ++t) {
        for (int q = 0; q < together; ++q) {
          sum.value[q] = multiply_add(tap[t], seen[t % Step][q + t / Step], sum.value[q]);
        }
      }
      float* to = shared.filtered[round % rounds_kept * rows + r] + j;
      *reinterpret_cast<Four*>(to) = sum;
    }
  }

  // Rows of samples for which the round has brought the last row.
  PPATCH_HD void write(const Strip& strip, int round, const BlockThread& at,
                       const Shared& shared) const {
    constexpr int parts = threads / columns;
    constexpr int each = outs / parts;
    constexpr int read_rows = taps + Step * (each - 1);
    const int part = at.thread / columns;
    const int column = at.thread % columns;
    const int first = round * outs - lag + part * each;
    if (round * outs < lag || part >= parts || strip.x + column >= out.width) return;
    float sum[each] = {};
    int row = Step * first % kept_rows;
    for (int k = 0; k < read_rows; ++k) {
      const float value = shared.filtered[row][column];
      row = row + 1 == kept_rows ? 0 : row + 1;
      for (int q = 0; q < each; ++q) {
        const int t = k - Step * q;
        if (t >= 0 && t < taps) sum[q] = multiply_add(tap[t], value, sum[q]);
      }
    }
    for (int q = 0; q < each; ++q) {
      if (first + q >= strip.rows) continue;
      out.data[(strip.y + first + q) * out.width + strip.x + column] = sum[q];
    }
  }

  // Each row and column of the image belongs to one strip.
  PPATCH_HD void sum_runs(const Strip& strip, int round, const BlockThread& at,
                          const Shared& shared, Private& own) const {
    constexpr int length = SceneRuns::length;
    constexpr int in_row = in_columns / length;
    const std::int64_t across = blocks_over(pixels.width, length);
    const std::int32_t top = strip.top() + round * rows;
    const std::int32_t first = Step * strip.y;
    const std::int32_t end = Step * (strip.y + strip.rows);
    const auto value = [&](int r, int x) {
      return shared.conditioned[r][(x + half) % Step][(x + half) / Step];
    };
    PPATCH_ROLLED
    for (int i = at.thread; i < rows * in_row; i += threads) {
      const int r = i / in_row;
      const int c = i % in_row * length;
      const std::int32_t x = Step * strip.x + c;
      if (top + r < first || top + r >= end || x >= width()) continue;
      runs.rows[(top + r) * across + x / length] = SceneRuns::sum(
          x + length <= width() ? length : width() - x, [&](int k) { return value(r, c + k); });
    }
    for (int i = 0; i < run_columns; ++i) {
      const int c = at.thread + i * threads;
      const std::int32_t x = Step * strip.x + c;
      if (c >= in_columns || x >= width()) continue;
      for (int r = 0; r < rows; ++r) {
        const std::int32_t y = top + r;
        if (y < first || y >= end) continue;
        own.run[i] = y % length == 0 ? value(r, c) : own.run[i] + value(r, c);
        if (y % length == length - 1 || y == height() - 1) {
          runs.columns[y / length * pixels.width + x] = own.run[i];
        }
      }
    }
  }
};

}  // namespace ppatch
