// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/patches/kernels/whole_pixel.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/adjoint.hpp"
#include "math/division.hpp"

namespace ppatch {

// The adjoint on a device: a block owns a tile and walks its list of patches in order, a thread
// owns some pixels of it, one below the other. Every pixel so sums in the order of k, whatever the
// tiles. Taps: of the interpolation on an axis, 2 for one or two.
template <class P, int Taps>
struct AdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 128;
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int max_rows = 16 / (sizeof(T) / sizeof(float));  // of a thread
  static constexpr int batch = 16;  // patches whose taps are ready at a time

  struct Patch {
    PatchTaps<T> taps;
    std::int64_t k;
    const S* wave;  // the first mode, also of the probe
    const S* probe;
    bool folded;
    // Of one that is not: where its extended pixels begin, from the tile's first, and how many.
    int y, x, height, width;
    bool one_tap, all_taps;  // on both axes, in whole pixels
  };
  struct Tile {
    std::int64_t m, y, x;       // its image and first pixel
    std::int64_t first, count;  // of its list
  };
  // Read and written at once.
  struct alignas(C * sizeof(T)) Value {
    T scalar[C];
  };
  // Of sums, each thread has its own.
  struct Shared {
    Tile tile;
    Patch patch[batch];
    Value sum[max_rows][threads];
    T coverage[max_rows][threads];
  };
  using Private = Nothing;

  AdjointPixel<P> job;
  ImageView image, coverage;
  TilePlane plane;  // tile_width == columns, tile_height <= groups * max_rows
  const std::uint32_t* patches = nullptr;  // by tile, in order
  const std::uint32_t* begins = nullptr;
  bool from_zero = true;
  bool whole_pixels = false;  // of patches and probe
  bool whole_image = false;

  AdjointBlock(const AdjointPixel<P>& pixels, const ImageView& sum, const ImageView& weights,
               const TilePlane& tiles)
      : job(pixels),
        image(sum),
        coverage(weights),
        plane(tiles),
        whole_pixels(lies_in_whole_pixels<P>(job.in.data) &&
                     lies_in_whole_pixels<P>(job.probe.data)),
        whole_image(lies_in_whole_pixels<P>(image.data)) {}

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
        prepare(tile, patches[tile.first + first + at.thread], shared.patch[at.thread]);
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
  // How many it owns.
  PPATCH_HD int rows_of(const BlockThread& at, const Tile& tile) const {
    const std::int64_t left = plane.height - y_of(at, tile);
    if (left <= 0 || x_of(at, tile) >= plane.width) return 0;
    return left < rows() ? static_cast<int>(left) : rows();
  }

  // The thread's pixels and coverage where they lie, and its sums of them.
  template <class Move>
  PPATCH_HD void each_own(const BlockThread& at, const Tile& tile, Move&& move) const {
    const int count = rows_of(at, tile);
    S* pixel = image.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    S* covers = coverage.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    PPATCH_ROLLED
    for (int i = 0; i < count; ++i) {
      move(i, pixel, covers);
      pixel += image.stride_y;
      covers += coverage.stride_y;
    }
  }

  PPATCH_HD void begin(const BlockThread& at, Shared& shared) const {
    PPATCH_ROLLED
    for (int i = 0; i < rows(); ++i) {
      shared.sum[i][at.thread] = {};
      shared.coverage[i][at.thread] = T(0);
    }
    if (from_zero) return;
    each_own(at, shared.tile, [&](int i, const S* pixel, const S* covers) {
      P::load(pixel, shared.sum[i][at.thread].scalar);
      if (coverage.data) shared.coverage[i][at.thread] = P::load(*covers);
    });
  }

  PPATCH_HD void store(const BlockThread& at, const Shared& shared) const {
    each_own(at, shared.tile, [&](int i, S* pixel, S* covers) {
      const Value sum = shared.sum[i][at.thread];
      if (whole_image) {
        store_whole<P>(sum.scalar, pixel);
      } else {
        P::store(sum.scalar, pixel);
      }
      if (coverage.data) *covers = P::store(shared.coverage[i][at.thread]);
    });
  }

  PPATCH_HD void prepare(const Tile& tile, std::int64_t k, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    patch.k = k;
    patch.wave = job.in.template at<S>(problem.image_index ? 0 : tile.m, k, 0);
    patch.probe = job.probe.template at<S>(k, 0);
    prepare_sampling_taps(problem.interpolation, problem.origins[k], patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    const std::int64_t height = problem.height + y.count - 1;
    const std::int64_t width = problem.width + x.count - 1;
    patch.folded = is_folded(problem.boundary, y.start, height, plane.height) ||
                   is_folded(problem.boundary, x.start, width, plane.width);
    patch.y = static_cast<int>(y.start - tile.y);
    patch.x = static_cast<int>(x.start - tile.x);
    patch.height = static_cast<int>(height);
    patch.width = static_cast<int>(width);
    patch.one_tap = whole_pixels && x.count == 1 && y.count == 1;
    patch.all_taps = whole_pixels && x.count == Taps && y.count == Taps;
  }

  PPATCH_HD void add(const BlockThread& at, const Patch& patch, Shared& shared) const {
    if (patch.folded) return add_folded(at, patch, shared);
    Rows part;
    part.ex = at.thread % columns - patch.x;
    const int top = at.thread / columns * rows() - patch.y;
    part.first = top < 0 ? -top : 0;
    part.last = patch.height - top < rows() ? patch.height - top : rows();
    part.r = top + part.first;
    if (part.ex < 0 || part.ex >= patch.width || part.first >= part.last) return;
    if (patch.one_tap) {
      add_whole<1>(at, patch, part, shared);
    } else if (patch.all_taps) {
      add_whole<Taps>(at, patch, part, shared);
    } else {
      add_any(at, patch, part, shared);
    }
  }

  // Rows [first, last) of a thread; on the first of them falls row r of the patch, which goes up to
  // height + taps - 1; all are at extended column ex.
  struct Rows {
    int first, last, r, ex;
  };

  template <int N>
  PPATCH_HD void add_whole(const BlockThread& at, const Patch& patch, const Rows& part,
                           Shared& shared) const {
    if (job.probe.data) {
      coverage.data ? add_rows<true, true, N>(at, patch, part, shared)
                    : add_rows<true, false, N>(at, patch, part, shared);
    } else {
      coverage.data ? add_rows<false, true, N>(at, patch, part, shared)
                    : add_rows<false, false, N>(at, patch, part, shared);
    }
  }

  // What reads pixels (r, ex - j) of a patch, row after row, and filters them along x; pixels
  // outside the patch are zero.
  template <bool Waves, int X>
  struct RowReader {
    const AdjointPixel<P>& job;
    const S* from[X];
    const S* probe[X];
    bool inside[X];
    T weight[X];

    PPATCH_HD RowReader(const AdjointPixel<P>& pixels, const Patch& patch, int r, int ex)
        : job(pixels) {
      for (int j = 0; j < X; ++j) {
        const int q = ex - j;
        inside[j] = q >= 0 && q < job.problem.width;
        const std::int64_t column = inside[j] ? q : 0;
        from[j] = patch.wave + r * job.in.stride_y + column * job.in.stride_x;
        if (Waves) probe[j] = patch.probe + r * job.probe.stride_y + column * job.probe.stride_x;
        weight[j] = patch.taps.x.weight[j];
      }
    }

    PPATCH_HD void next() {
      for (int j = 0; j < X; ++j) {
        from[j] += job.in.stride_y;
        if (Waves) probe[j] += job.probe.stride_y;
      }
    }

    PPATCH_HD void read(T* row) const {
      for (int j = 0; j < X; ++j) {
        T value[C];
        read_pixel(j, value);
        for (int c = 0; c < C; ++c) {
          row[c] = next_sum(j, row[c], weight[j], inside[j] ? value[c] : T(0));
        }
      }
    }

    PPATCH_HD T read_weight() const {
      T row = T(0);
      for (int j = 0; j < X; ++j) {
        const T value = !Waves ? T(1) : job.weight(probe[j], 0, 0);
        row = next_sum(j, row, weight[j], inside[j] ? value : T(0));
      }
      return row;
    }

   private:
    PPATCH_HD void read_pixel(int j, T* value) const {
      if constexpr (!Waves) {
        load_whole<P>(from[j], value);
      } else {
        read_mode(j, 0, value);
        PPATCH_ROLLED
        for (std::int64_t mode = 1; mode < job.in.modes; ++mode) {
          T term[C];
          read_mode(j, mode, term);
          for (int c = 0; c < C; ++c) value[c] += term[c];
        }
      }
    }
    PPATCH_HD void read_mode(int j, std::int64_t mode, T* term) const {
      T wave[C];
      T p[C];
      load_whole<P>(from[j] + mode * job.in.stride_mode, wave);
      load_whole<P>(probe[j] + mode * job.probe.stride_mode, p);
      multiply_conjugate<T, C>(p, wave, term);
    }
  };

  template <bool Waves, bool Covers, int N>
  PPATCH_HD void add_rows(const BlockThread& at, const Patch& patch, const Rows& part,
                          Shared& shared) const {
    const auto height = static_cast<int>(job.problem.height);
    RowReader<Waves, N> reader(job, patch, part.r - (N - 1), part.ex);
    T weight_y[N];
    for (int i = 0; i < N; ++i) weight_y[i] = patch.taps.y.weight[i];
    // The last rows, filtered along x, the newest in place `at_row`; they are numbered round.
    T kept[N][C];
    T kept_weight[N];
    const auto read = [&](int r, int at_row) {
      for (int c = 0; c < C; ++c) kept[at_row][c] = T(0);
      kept_weight[at_row] = T(0);
      if (static_cast<unsigned>(r) < static_cast<unsigned>(height)) {
        reader.read(kept[at_row]);
        if (Covers) kept_weight[at_row] = reader.read_weight();
      }
      reader.next();
    };
    for (int i = 0; i < N - 1; ++i) read(part.r - (N - 1) + i, i);
    int r = part.r;
    int i = part.first;
    const auto add_row = [&](int u) {
      const int newest = (u + N - 1) % N;
      read(r, newest);
      Value to = shared.sum[i][at.thread];
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < N; ++j) {
          sum = next_sum(j, sum, weight_y[j], kept[(newest + N - j) % N][c]);
        }
        to.scalar[c] += sum;
      }
      shared.sum[i][at.thread] = to;
      if (Covers) {
        T sum = T(0);
        for (int j = 0; j < N; ++j) {
          sum = next_sum(j, sum, weight_y[j], kept_weight[(newest + N - j) % N]);
        }
        shared.coverage[i][at.thread] += sum;
      }
      ++r;
      ++i;
    };
    PPATCH_ROLLED
    while (i + N <= part.last) {
      for (int u = 0; u < N; ++u) add_row(u);
    }
    for (int u = 0; u < N - 1; ++u) {
      if (i >= part.last) break;
      add_row(u);
    }
  }

  // The same, whatever the arrays and the taps.
  PPATCH_HD void add_any(const BlockThread& at, const Patch& patch, const Rows& part,
                         Shared& shared) const {
    const std::int64_t m = job.problem.image_index ? 0 : shared.tile.m;
    PPATCH_ROLLED
    for (int i = part.first; i < part.last; ++i) {
      T value[C] = {};
      const int ey = part.r + i - part.first;
      job.contribution(patch.taps, m, patch.k, ey, part.ex, value);
      for (int c = 0; c < C; ++c) shared.sum[i][at.thread].scalar[c] += value[c];
      if (coverage.data) {
        shared.coverage[i][at.thread] += job.coverage(patch.taps, patch.k, ey, part.ex);
      }
    }
  }

  // Several pixels of the patch may fall on one of the image, in the order of rows and columns.
  PPATCH_HD void add_folded(const BlockThread& at, const Patch& patch, Shared& shared) const {
    const Tile& tile = shared.tile;
    const std::int64_t m = job.problem.image_index ? 0 : tile.m;
    const Boundary boundary = job.problem.boundary;
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const std::int64_t y_end = y.start + job.problem.height + y.count - 1;
    const std::int64_t x_end = x.start + job.problem.width + x.count - 1;
    const int count = rows_of(at, tile);
    PPATCH_ROLLED
    for (int i = 0; i < count; ++i) {
      const auto next_row = [&](std::int64_t from) {
        return next_extended(boundary, y_of(at, tile) + i, plane.height, from);
      };
      const auto next_column = [&](std::int64_t from) {
        return next_extended(boundary, x_of(at, tile), plane.width, from);
      };
      for (std::int64_t row = next_row(y.start); row < y_end; row = next_row(row + 1)) {
        for (std::int64_t column = next_column(x.start); column < x_end;
             column = next_column(column + 1)) {
          T value[C] = {};
          job.contribution(patch.taps, m, patch.k, row - y.start, column - x.start, value);
          for (int c = 0; c < C; ++c) shared.sum[i][at.thread].scalar[c] += value[c];
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
