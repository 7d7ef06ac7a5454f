// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/adjoint.hpp"
#include "math/division.hpp"

namespace ppatch {

// The adjoint on a device: a block owns a tile and walks its list of patches in order, a thread
// owns some pixels of it, one below the other. Every pixel so sums in the order of k, whatever the
// tiles. MaxTaps: taps that the interpolation may have on an axis, 2 or 6.
template <class P, int MaxTaps>
struct AdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 128;
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int max_rows = 8;  // of a thread
  static constexpr int batch = 16;    // patches whose taps are ready at a time

  struct Patch {
    PatchTaps<T> taps;
    std::int64_t k;
    const S* wave;  // the first mode, also of the probe
    const S* probe;
    bool folded;
  };
  struct Tile {
    std::int64_t m, y, x;       // its image and first pixel
    std::int64_t first, count;  // of its list
  };
  // Of sums, each thread has its own.
  struct Shared {
    Tile tile;
    Patch patch[batch];
    T sum[max_rows][C][threads];
    T coverage[max_rows][threads];
  };
  using Private = Nothing;

  AdjointPixel<P> job;
  ImageView image, coverage;
  TilePlane plane;  // tile_width == columns, tile_height <= groups * max_rows
  const std::uint32_t* patches = nullptr;  // by tile, in order
  const std::uint32_t* begins = nullptr;
  bool from_zero = true;

  std::int64_t blocks() const { return image.count * plane.rows * plane.columns; }

  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const std::int64_t t = list_of(block);
    return 3 + 2 * blocks_over(begins[t + 1] - begins[t], batch);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 0) {
      if (at.thread == 0) locate(at.block, shared.tile);
      return;
    }
    if (n == 1) return begin(at, shared);
    const Tile& tile = shared.tile;
    const std::int64_t first = (n - 2) / 2 * batch;
    if (first >= tile.count) return store(at, shared);
    const auto size = static_cast<int>(tile.count - first < batch ? tile.count - first : batch);
    if (n % 2 == 0) {
      if (at.thread < size) {
        prepare(tile.m, patches[tile.first + first + at.thread], shared.patch[at.thread]);
      }
      return;
    }
    PPATCH_ROLLED
    for (int i = 0; i < size; ++i) add(at, shared.patch[i], shared);
  }

 private:
  PPATCH_HD std::int64_t list_of(std::int64_t block) const {
    return plane.slices > 1 ? block : divide(block, plane.rows * plane.columns).remainder;
  }
  PPATCH_HD void locate(std::int64_t block, Tile& tile) const {
    const Division image_tile = divide(block, plane.rows * plane.columns);
    const Division row_column = divide(image_tile.remainder, plane.columns);
    const std::int64_t t = plane.slices > 1 ? block : image_tile.remainder;
    tile.m = image_tile.quotient;
    tile.y = row_column.quotient * plane.tile_height;
    tile.x = row_column.remainder * columns;
    tile.first = begins[t];
    tile.count = begins[t + 1] - begins[t];
  }
  PPATCH_HD int rows() const { return static_cast<int>(plane.tile_height) / groups; }
  // The first pixel of a thread.
  PPATCH_HD std::int64_t x_of(const BlockThread& at, const Tile& tile) const {
    return tile.x + at.thread % columns;
  }
  PPATCH_HD std::int64_t y_of(const BlockThread& at, const Tile& tile) const {
    return tile.y + at.thread / columns * rows();
  }
  PPATCH_HD bool owns(const BlockThread& at, const Tile& tile, int i) const {
    return i < rows() && y_of(at, tile) + i < plane.height && x_of(at, tile) < plane.width;
  }

  PPATCH_HD void begin(const BlockThread& at, Shared& shared) const {
    PPATCH_ROLLED
    for (int i = 0; i < max_rows; ++i) {
      const bool read = !from_zero && owns(at, shared.tile, i);
      for (int c = 0; c < C; ++c) {
        shared.sum[i][c][at.thread] =
            read ? P::load(image.template at<S>(shared.tile.m, y_of(at, shared.tile) + i,
                                                x_of(at, shared.tile))[c])
                 : T(0);
      }
      shared.coverage[i][at.thread] =
          read && coverage.data
              ? P::load(*coverage.template at<S>(shared.tile.m, y_of(at, shared.tile) + i,
                                                 x_of(at, shared.tile)))
              : T(0);
    }
  }

  PPATCH_HD void store(const BlockThread& at, const Shared& shared) const {
    PPATCH_ROLLED
    for (int i = 0; i < max_rows; ++i) {
      if (!owns(at, shared.tile, i)) continue;
      S* to = image.template at<S>(shared.tile.m, y_of(at, shared.tile) + i, x_of(at, shared.tile));
      for (int c = 0; c < C; ++c) to[c] = P::store(shared.sum[i][c][at.thread]);
      if (coverage.data) {
        *coverage.template at<S>(shared.tile.m, y_of(at, shared.tile) + i, x_of(at, shared.tile)) =
            P::store(shared.coverage[i][at.thread]);
      }
    }
  }

  PPATCH_HD void prepare(std::int64_t slice, std::int64_t k, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    patch.k = k;
    patch.wave = job.in.template at<S>(problem.image_index ? 0 : slice, k, 0);
    patch.probe = job.probe.template at<S>(k, 0);
    prepare_sampling_taps(problem.interpolation, problem.origins[k], patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    patch.folded =
        is_folded(problem.boundary, y.start, problem.height + y.count - 1, plane.height) ||
        is_folded(problem.boundary, x.start, problem.width + x.count - 1, plane.width);
  }

  PPATCH_HD void add(const BlockThread& at, const Patch& patch, Shared& shared) const {
    if (patch.folded) return add_folded(at, patch, shared);
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const std::int64_t ex = x_of(at, shared.tile) - x.start;
    if (ex < 0 || ex >= job.problem.width + x.count - 1) return;
    const std::int64_t top = y_of(at, shared.tile) - y.start;
    const std::int64_t end = job.problem.height + y.count - 1;
    if (top + max_rows <= 0 || top >= end) return;
    T weight_x[MaxTaps];
    T weight_y[MaxTaps];
    for (int j = 0; j < MaxTaps; ++j) {
      weight_x[j] = x.weight[j];
      weight_y[j] = y.weight[j];
    }
    // The last rows of the patch, filtered along x; the newest is the first.
    T kept[MaxTaps][C] = {};
    T kept_weight[MaxTaps] = {};
    PPATCH_ROLLED
    for (int i = 1 - y.count; i < rows(); ++i) {
      for (int j = MaxTaps - 1; j > 0; --j) {
        for (int c = 0; c < C; ++c) kept[j][c] = kept[j - 1][c];
        kept_weight[j] = kept_weight[j - 1];
      }
      filter(patch, weight_x, top + i, ex, kept[0], &kept_weight[0]);
      if (i < 0 || top + i < 0 || top + i >= end) continue;
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < MaxTaps; ++j) {
          if (j < y.count) sum = next_sum(j, sum, weight_y[j], kept[j][c]);
        }
        shared.sum[i][c][at.thread] += sum;
      }
      if (!coverage.data) continue;
      T sum = T(0);
      for (int j = 0; j < MaxTaps; ++j) {
        if (j < y.count) sum = next_sum(j, sum, weight_y[j], kept_weight[j]);
      }
      shared.coverage[i][at.thread] += sum;
    }
  }

  // Row r of the patch, spread along x, at extended column ex.
  PPATCH_HD void filter(const Patch& patch, const T (&weight_x)[MaxTaps], std::int64_t r,
                        std::int64_t ex, T* row, T* row_weight) const {
    for (int j = 0; j < MaxTaps; ++j) {
      if (j >= patch.taps.x.count) continue;
      T g[C] = {};
      T weight = T(0);
      if (job.inside(r, ex - j)) {
        job.cotangent(patch.wave, patch.probe, r, ex - j, g);
        if (coverage.data) weight = job.weight(patch.probe, r, ex - j);
      }
      for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], weight_x[j], g[c]);
      *row_weight = next_sum(j, *row_weight, weight_x[j], weight);
    }
  }

  // Several pixels of the patch may fall on one of the image, in the order of rows and columns.
  PPATCH_HD void add_folded(const BlockThread& at, const Patch& patch, Shared& shared) const {
    const std::int64_t m = job.problem.image_index ? 0 : shared.tile.m;
    const Boundary boundary = job.problem.boundary;
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const std::int64_t y_end = y.start + job.problem.height + y.count - 1;
    const std::int64_t x_end = x.start + job.problem.width + x.count - 1;
    PPATCH_ROLLED
    for (int i = 0; i < max_rows; ++i) {
      if (!owns(at, shared.tile, i)) continue;
      const auto next_row = [&](std::int64_t from) {
        return next_extended(boundary, y_of(at, shared.tile) + i, plane.height, from);
      };
      const auto next_column = [&](std::int64_t from) {
        return next_extended(boundary, x_of(at, shared.tile), plane.width, from);
      };
      for (std::int64_t row = next_row(y.start); row < y_end; row = next_row(row + 1)) {
        for (std::int64_t column = next_column(x.start); column < x_end;
             column = next_column(column + 1)) {
          T value[C] = {};
          job.contribution(patch.taps, m, patch.k, row - y.start, column - x.start, value);
          for (int c = 0; c < C; ++c) shared.sum[i][c][at.thread] += value[c];
          if (coverage.data) {
            shared.coverage[i][at.thread] +=
                job.coverage(patch.taps, patch.k, row - y.start, column - x.start);
          }
        }
      }
    }
  }
};

}  // namespace ppatch
