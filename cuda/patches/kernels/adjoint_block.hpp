// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/adjoint_rows.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/runtime/block.hpp"
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

  static constexpr int threads = 64;
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int max_rows = 16 / (sizeof(T) / sizeof(float));  // of a thread
  static constexpr int batch = 16;  // patches whose taps are ready at a time

  // How a patch is added: it may lie on pixels twice, and have as many taps on both axes as a loop
  // is made for, in whole pixels.
  enum class Way { folded, any, one_tap, all_taps };
  struct Patch {
    PatchTaps<T> taps;
    std::int64_t k;
    Way way;
    // Of one that is not folded: where its extended pixels begin, from the tile's first, how many
    // there are, and what its first mode and its probe's would have at the tile's first.
    int y, x, height, width;
    const S* wave;
    const S* probe;
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
    WholePixel<P> zero;
  };
  struct Private {
    int row, column;                // in the tile
    std::int64_t offset, of_probe;  // of the patch's pixel there
  };

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

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    if (n == 0) {
      if (at.thread == 0) {
        locate(at.block, shared.tile);
        shared.zero = {};
      }
      return;
    }
    if (n == 1) {
      own.column = at.thread % columns;
      own.row = at.thread / columns * rows();
      own.offset = own.row * job.in.stride_y + own.column * job.in.stride_x;
      own.of_probe = own.row * job.probe.stride_y + own.column * job.probe.stride_x;
      return begin(at, shared);
    }
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
    const int count = rows();
    PPATCH_ROLLED
    for (int i = 0; i < size; ++i) add(at, shared.patch[i], own, count, shared);
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
    prepare_sampling_taps(problem.interpolation, problem.origins[k], patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    const std::int64_t height = problem.height + y.count - 1;
    const std::int64_t width = problem.width + x.count - 1;
    patch.y = static_cast<int>(y.start - tile.y);
    patch.x = static_cast<int>(x.start - tile.x);
    patch.height = static_cast<int>(height);
    patch.width = static_cast<int>(width);
    patch.wave = job.in.template at<S>(problem.image_index ? 0 : tile.m, k, 0) -
                 patch.y * job.in.stride_y - patch.x * job.in.stride_x;
    if (job.probe.data) {
      patch.probe = job.probe.template at<S>(k, 0) - patch.y * job.probe.stride_y -
                    patch.x * job.probe.stride_x;
    }
    patch.way = Way::any;
    if (is_folded(problem.boundary, y.start, height, plane.height) ||
        is_folded(problem.boundary, x.start, width, plane.width)) {
      patch.way = Way::folded;
    } else if (whole_pixels && problem.width > 0 && x.count == Taps && y.count == Taps) {
      patch.way = Way::all_taps;
    } else if (whole_pixels && x.count == 1 && y.count == 1) {
      patch.way = Way::one_tap;
    }
  }

  // `count` rows are the thread's.
  PPATCH_HD void add(const BlockThread& at, const Patch& patch, const Private& own, int count,
                     Shared& shared) const {
    const Way way = patch.way;
    if (way == Way::folded) return add_folded(at, patch, shared);
    Rows part;
    part.ex = own.column - patch.x;
    const int top = own.row - patch.y;
    if (static_cast<unsigned>(part.ex) >= static_cast<unsigned>(patch.width)) return;
    part.first = top < 0 ? -top : 0;
    part.last = patch.height - top < count ? patch.height - top : count;
    part.r = top + part.first;
    if (part.first >= part.last) return;
    if (way == Way::all_taps) {
      add_whole<Taps>(at, patch, own, part, shared);
    } else if (way == Way::one_tap) {
      add_whole<1>(at, patch, own, part, shared);
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
  PPATCH_HD void add_whole(const BlockThread& at, const Patch& patch, const Private& own,
                           const Rows& part, Shared& shared) const {
    if (job.probe.data) {
      coverage.data ? add_rows<true, true, N>(at, patch, own, part, shared)
                    : add_rows<true, false, N>(at, patch, own, part, shared);
    } else {
      coverage.data ? add_rows<false, true, N>(at, patch, own, part, shared)
                    : add_rows<false, false, N>(at, patch, own, part, shared);
    }
  }

  template <bool Waves, bool Covers, int N>
  PPATCH_HD void add_rows(const BlockThread& at, const Patch& patch, const Private& own,
                          const Rows& part, Shared& shared) const {
    constexpr int round = N < 4 && !Waves ? 4 : N;
    const auto height = static_cast<int>(job.problem.height);
    const int below = part.first - (N - 1);
    AdjointRows<P, Waves, N> reader(
        job, patch.wave + own.offset + below * job.in.stride_y,
        Waves ? patch.probe + own.of_probe + below * job.probe.stride_y : nullptr, shared.zero,
        patch.taps.x.weight, part.ex);
    T weight_y[N];
    for (int i = 0; i < N; ++i) weight_y[i] = patch.taps.y.weight[i];
    // The last rows, filtered along x, the newest in place `at_row`; they are numbered round.
    T kept[N][C];
    T kept_weight[N];
    const auto read = [&](int at_row) {
      reader.read(kept[at_row]);
      if (Covers) kept_weight[at_row] = reader.read_weight();
      reader.next();
    };
    const auto read_row = [&](int r, int at_row) {
      if (static_cast<unsigned>(r) < static_cast<unsigned>(height)) return read(at_row);
      for (int c = 0; c < C; ++c) kept[at_row][c] = T(0);
      kept_weight[at_row] = T(0);
      reader.next();
    };
    Value* sum = &shared.sum[part.first][at.thread];
    T* covers = &shared.coverage[part.first][at.thread];
    // Adds to pixel u from here.
    const auto add_row = [&](int u, int newest) {
      Value to = sum[u * threads];
      for (int c = 0; c < C; ++c) {
        T value = T(0);
        for (int j = 0; j < N; ++j) {
          value = next_sum(j, value, weight_y[j], kept[(newest + N - j) % N][c]);
        }
        to.scalar[c] += value;
      }
      sum[u * threads] = to;
      if (!Covers) return;
      T value = T(0);
      for (int j = 0; j < N; ++j) {
        value = next_sum(j, value, weight_y[j], kept_weight[(newest + N - j) % N]);
      }
      covers[u * threads] += value;
    };
    PPATCH_UNROLLED
    for (int i = 0; i < N - 1; ++i) read_row(part.r - (N - 1) + i, i);
    const int count = part.last - part.first;
    const int inside = count < height - part.r ? count : height - part.r;
    int done = 0;
    PPATCH_ROLLED
    for (; done + round <= inside; done += round) {
      PPATCH_UNROLLED
      for (int u = 0; u < round; ++u) {
        read((u + N - 1) % N);
        add_row(u, (u + N - 1) % N);
      }
      sum += round * threads;
      covers += round * threads;
    }
    PPATCH_ROLLED
    for (; done < count; ++done) {
      read_row(part.r + done, N - 1);
      add_row(0, N - 1);
      PPATCH_UNROLLED
      for (int i = 0; i < N - 1; ++i) {
        for (int c = 0; c < C; ++c) kept[i][c] = kept[i + 1][c];
        kept_weight[i] = kept_weight[i + 1];
      }
      sum += threads;
      covers += threads;
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
