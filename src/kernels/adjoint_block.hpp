// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_ADJOINT_BLOCK_HPP_
#define PTYCHOPATCH_KERNELS_ADJOINT_BLOCK_HPP_

#include "kernels/adjoint.hpp"
#include "kernels/block.hpp"
#include "kernels/tile_entries.hpp"

namespace ptychopatch {

// The adjoint on a device: a block owns a tile and walks its list of patches in order, a thread
// owns some pixels of it, one below the other. Every pixel so sums in the order of k, whatever the
// tiles. Most: taps that the interpolation may have on an axis, 2 or 6.
template <class T, int C, int Most>
struct AdjointBlock {
  static constexpr int threads = 128;
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int most_rows = 8;  // of a thread
  static constexpr int batch = 16;     // patches whose taps are ready at a time

  struct Patch {
    PatchTaps<T> taps;
    std::int64_t k;
    const T* wave;  // the first mode, also of the probe
    const T* probe;
    bool folded;
  };
  struct Shared {
    Patch patch[batch];
  };
  struct Private {
    T sum[most_rows][C];
    T coverage[most_rows];
  };

  AdjointPixel<T, C> job;
  ImageView image, coverage;
  TilePlane plane;  // tile_width == columns, tile_height <= groups * most_rows
  const std::uint32_t* patches = nullptr;  // by tile, in order
  const std::uint32_t* begins = nullptr;
  bool from_zero = true;

  std::int64_t blocks() const { return image.count * plane.rows * plane.columns; }

  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const std::int64_t t = list_of(block);
    return 2 + 2 * blocks_over(begins[t + 1] - begins[t], batch);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const std::int64_t t = list_of(at.block);
    const std::int64_t count = begins[t + 1] - begins[t];
    if (n == 0) return begin(at, own);
    if (n == 1 + 2 * blocks_over(count, batch)) return store(at, own);
    const std::int64_t first = (n - 1) / 2 * batch;
    const std::int64_t size = count - first < batch ? count - first : batch;
    if (n % 2 == 1) {
      if (at.thread < size) {
        prepare(slice_of(at), patches[begins[t] + first + at.thread], shared.patch[at.thread]);
      }
      return;
    }
    for (std::int64_t i = 0; i < size; ++i) add(at, shared.patch[i], own);
  }

 private:
  PPATCH_HD std::int64_t tiles() const { return plane.rows * plane.columns; }
  PPATCH_HD std::int64_t list_of(std::int64_t block) const {
    return plane.slices > 1 ? block : block % tiles();
  }
  PPATCH_HD std::int64_t slice_of(const BlockThread& at) const { return at.block / tiles(); }
  PPATCH_HD std::int64_t rows() const { return plane.tile_height / groups; }
  // The first pixel of a thread.
  PPATCH_HD std::int64_t x_of(const BlockThread& at) const {
    return at.block % plane.columns * columns + at.thread % columns;
  }
  PPATCH_HD std::int64_t y_of(const BlockThread& at) const {
    return at.block % tiles() / plane.columns * plane.tile_height + at.thread / columns * rows();
  }
  PPATCH_HD bool owns(const BlockThread& at, int i) const {
    return i < rows() && y_of(at) + i < plane.height && x_of(at) < plane.width;
  }

  PPATCH_HD void begin(const BlockThread& at, Private& own) const {
    for (int i = 0; i < most_rows; ++i) {
      const bool read = !from_zero && owns(at, i);
      for (int c = 0; c < C; ++c) {
        own.sum[i][c] = read ? image.template at<T>(slice_of(at), y_of(at) + i, x_of(at))[c] : T(0);
      }
      own.coverage[i] = read && coverage.data
                            ? *coverage.template at<T>(slice_of(at), y_of(at) + i, x_of(at))
                            : T(0);
    }
  }

  PPATCH_HD void store(const BlockThread& at, const Private& own) const {
    for (int i = 0; i < most_rows; ++i) {
      if (!owns(at, i)) continue;
      T* to = image.template at<T>(slice_of(at), y_of(at) + i, x_of(at));
      for (int c = 0; c < C; ++c) to[c] = own.sum[i][c];
      if (coverage.data) {
        *coverage.template at<T>(slice_of(at), y_of(at) + i, x_of(at)) = own.coverage[i];
      }
    }
  }

  PPATCH_HD void prepare(std::int64_t slice, std::int64_t k, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    patch.k = k;
    patch.wave = job.in.template at<T>(problem.image_index ? 0 : slice, k, 0);
    patch.probe = job.probe.template at<T>(k, 0);
    prepare_sampling_taps<T>(problem.interpolation, problem.origins[k], &patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    patch.folded =
        is_folded(problem.boundary, y.start, problem.height + y.count - 1, plane.height) ||
        is_folded(problem.boundary, x.start, problem.width + x.count - 1, plane.width);
  }

  PPATCH_HD void add(const BlockThread& at, const Patch& patch, Private& own) const {
    if (patch.folded) return add_folded(at, patch, own);
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const std::int64_t ex = x_of(at) - x.start;
    if (ex < 0 || ex >= job.problem.width + x.count - 1) return;
    const std::int64_t top = y_of(at) - y.start;
    const std::int64_t end = job.problem.height + y.count - 1;
    if (top + most_rows <= 0 || top >= end) return;
    T weight_x[Most];
    T weight_y[Most];
    for (int j = 0; j < Most; ++j) {
      weight_x[j] = x.weight[j];
      weight_y[j] = y.weight[j];
    }
    // The last rows of the patch, filtered along x; the newest is the first.
    T kept[Most][C] = {};
    T kept_weight[Most] = {};
    for (int i = 1 - Most; i < most_rows; ++i) {
      if (i <= -y.count || i >= rows()) continue;
      for (int j = Most - 1; j > 0; --j) {
        for (int c = 0; c < C; ++c) kept[j][c] = kept[j - 1][c];
        kept_weight[j] = kept_weight[j - 1];
      }
      filter(patch, weight_x, top + i, ex, kept[0], &kept_weight[0]);
      if (i < 0 || top + i < 0 || top + i >= end) continue;
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < Most; ++j) {
          if (j < y.count) sum = next_sum(j, sum, weight_y[j], kept[j][c]);
        }
        own.sum[i][c] += sum;
      }
      if (!coverage.data) continue;
      T sum = T(0);
      for (int j = 0; j < Most; ++j) {
        if (j < y.count) sum = next_sum(j, sum, weight_y[j], kept_weight[j]);
      }
      own.coverage[i] += sum;
    }
  }

  // Row r of the patch, spread along x, at extended column ex.
  PPATCH_HD void filter(const Patch& patch, const T (&weight_x)[Most], std::int64_t r,
                        std::int64_t ex, T* row, T* row_weight) const {
    for (int j = 0; j < Most; ++j) {
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
  PPATCH_HD void add_folded(const BlockThread& at, const Patch& patch, Private& own) const {
    const std::int64_t m = job.problem.image_index ? 0 : slice_of(at);
    const Boundary boundary = job.problem.boundary;
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const std::int64_t y_end = y.start + job.problem.height + y.count - 1;
    const std::int64_t x_end = x.start + job.problem.width + x.count - 1;
    for (int i = 0; i < most_rows; ++i) {
      if (!owns(at, i)) continue;
      const auto next_row = [&](std::int64_t from) {
        return next_extended(boundary, y_of(at) + i, plane.height, from);
      };
      const auto next_column = [&](std::int64_t from) {
        return next_extended(boundary, x_of(at), plane.width, from);
      };
      for (std::int64_t row = next_row(y.start); row < y_end; row = next_row(row + 1)) {
        for (std::int64_t column = next_column(x.start); column < x_end;
             column = next_column(column + 1)) {
          T value[C] = {};
          job.contribution(patch.taps, m, patch.k, row - y.start, column - x.start, value);
          for (int c = 0; c < C; ++c) own.sum[i][c] += value[c];
          if (coverage.data) {
            own.coverage[i] += job.coverage(patch.taps, patch.k, row - y.start, column - x.start);
          }
        }
      }
    }
  }
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_KERNELS_ADJOINT_BLOCK_HPP_
