// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "cuda/patches/kernels/adjoint_pixel.hpp"
#include "cuda/patches/kernels/adjoint_rows.hpp"
#include "cuda/patches/kernels/adjoint_stage.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// The adjoint on a device: a block owns a tile and walks its list of patches in order, a thread
// owns some pixels of it, one below the other. Every pixel so sums in the order of k, whatever the
// tiles. Taps: of the interpolation on an axis, 2 for one or two. Waves: with a probe.
template <class P, int Taps, bool Waves>
struct AdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 64;
  static constexpr int resident_blocks = 6;  // sums stay in registers where functions are called
  static constexpr int columns = 32;
  static constexpr int groups = threads / columns;
  static constexpr int max_rows = 16 / (sizeof(T) / sizeof(float));  // of a thread
  static constexpr int batch = 16;  // patches whose taps are ready at a time

  // How a patch is added: it may lie on pixels twice, and have as many taps on both axes as a loop
  // is made for, in whole pixels.
  enum class Way { folded, any, one_tap, all_taps };
  // In the order in which they are read, so that several are read at once.
  struct alignas(16) Patch {
    // Where its extended pixels begin, from the tile's first, and how many there are along x; one
    // that is folded begins with the tile.
    int x, width;
    Way way;
    int y;
    // What the pixel that the thread of the tile's first one begins to read with would be; of
    // waves, that at which the first row of the stage begins in the first mode, and the probe's.
    const S* wave;
    const S* probe;
    T weight_x[Taps];
    T weight_y[Taps];
    int whole;  // so many of its rows max_rows follow that lie in it
    StageRows rows;
    PatchTaps<T> taps;
    std::int64_t k;
  };
  struct Tile {
    std::int64_t m, y, x;       // its image and first pixel
    std::int64_t first, count;  // of its list
    const S* zero;              // pixel
  };
  using Stage = AdjointStage<P, Taps, columns, groups * max_rows>;
  // Of coverage, each thread has its own.
  struct Shared {
    Tile tile;
    Patch patch[batch];
    T coverage[max_rows][threads];
    WholePixel<P> zero;
    std::conditional_t<Waves, Stage, Nothing> stage[2];
  };
  struct Private {
    T sum[max_rows][C];
    int row, column;  // in the tile
    // Bytes to what the thread reads first of a patch and of its probe.
    std::int64_t offset, of_probe;
    const S* zero;      // pixel
    std::int64_t left;  // patches of the list that no batch has had
    int size, next;     // of the batch, and which of its steps comes next
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

  // A batch is prepared, and then added at once, or, of waves, a patch a step: while one is added,
  // the next is staged.
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const std::int64_t t = list_of(block);
    const std::int64_t count = begins[t + 1] - begins[t];
    return 2 + 2 * blocks_over(count, batch) + (Waves ? count : 0);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    if (n == 0) {
      if (at.thread == 0) {
        locate(at.block, shared.tile);
        shared.zero = {};
        shared.tile.zero = shared.zero.scalar;
      }
      return;
    }
    if (n == 1) begin(at, shared, own);
    const int now = own.next;
    own.next = now == (Waves ? own.size + 1 : 1) ? 0 : now + 1;
    if (now == 0) {
      if (own.left == 0) return store(at, shared, own);
      const Tile& tile = shared.tile;
      own.size = static_cast<int>(own.left < batch ? own.left : batch);
      if (at.thread < own.size) {
        const std::int64_t entry = tile.first + tile.count - own.left + at.thread;
        prepare(tile, patches[entry], shared.patch[at.thread]);
      }
      own.left -= own.size;
      own.next = 1;
    } else if constexpr (Waves) {
      if (now <= own.size) stage(at, shared.patch[now - 1], own, shared.stage[now % 2]);
      if (now > 1) add(at, shared.patch[now - 2], shared.stage[(now - 1) % 2], own, shared);
    } else {
      PPATCH_ROLLED
      for (int i = 0; i < own.size; ++i) add(at, shared.patch[i], shared.stage[0], own, shared);
    }
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

  PPATCH_HD void begin(const BlockThread& at, Shared& shared, Private& own) const {
    const Tile& tile = shared.tile;
    own.column = at.thread % columns;
    own.row = at.thread / columns * rows();
    const auto bytes = static_cast<std::int64_t>(sizeof(S));
    const int row = Waves ? at.thread / columns : own.row;
    own.offset = (row * job.in.stride_y + own.column * job.in.stride_x) * bytes;
    if constexpr (Waves) {
      own.of_probe = (row * job.probe.stride_y + own.column * job.probe.stride_x) * bytes;
    }
    own.zero = tile.zero;
    own.left = tile.count;
    own.size = 0;
    own.next = 0;
    const int count = from_zero ? 0 : rows_of(at, tile);
    const S* pixel = image.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    for (int i = 0; i < max_rows; ++i) {
      for (int c = 0; c < C; ++c) own.sum[i][c] = T(0);
    }
    if (!from_zero) {
      PPATCH_UNROLLED
      for (int i = 0; i < max_rows; ++i) {
        if (i < count) P::load(pixel + i * image.stride_y, own.sum[i]);
      }
    }
    if (!coverage.data) return;
    const S* covers = coverage.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    PPATCH_ROLLED
    for (int i = 0; i < max_rows; ++i) {
      shared.coverage[i][at.thread] = i < count ? P::load(covers[i * coverage.stride_y]) : T(0);
    }
  }

  PPATCH_HD void store(const BlockThread& at, const Shared& shared, const Private& own) const {
    const Tile& tile = shared.tile;
    const int count = rows_of(at, tile);
    S* pixel = image.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    if (whole_image && count == max_rows) {
      PPATCH_UNROLLED
      for (int i = 0; i < max_rows; ++i, pixel += image.stride_y) {
        store_whole<P>(own.sum[i], pixel);
      }
    } else {
      PPATCH_UNROLLED
      for (int i = 0; i < max_rows; ++i, pixel += image.stride_y) {
        if (i < count) P::store(own.sum[i], pixel);
      }
    }
    if (!coverage.data) return;
    S* covers = coverage.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
    PPATCH_ROLLED
    for (int i = 0; i < count; ++i) {
      covers[i * coverage.stride_y] = P::store(shared.coverage[i][at.thread]);
    }
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
    patch.width = static_cast<int>(width);
    for (int j = 0; j < Taps; ++j) {
      patch.weight_y[j] = y.weight[j];
      patch.weight_x[j] = x.weight[j];
    }
    const std::int64_t more = problem.height - max_rows - (y.count - 1) + 1;
    patch.whole = more > 0 && rows() == max_rows ? static_cast<int>(more) : 0;
    const S* const wave = job.in.template at<S>(problem.image_index ? 0 : tile.m, k, 0);
    const int row = -patch.y - (y.count - 1);
    if constexpr (Waves) {
      const int column = -patch.x - (x.count - 1);
      const int rows_here = groups * rows() + y.count - 1;
      const auto left = static_cast<int>(problem.height) - row;
      patch.rows = {row < 0 ? -row : 0, left < rows_here ? left : rows_here, column};
      const int first = row + patch.rows.first;
      patch.wave = wave + first * job.in.stride_y + column * job.in.stride_x;
      patch.probe =
          job.probe.template at<S>(k, 0) + first * job.probe.stride_y + column * job.probe.stride_x;
    } else {
      patch.wave = wave + row * job.in.stride_y - patch.x * job.in.stride_x;
    }
    patch.way = Way::any;
    if (is_folded(problem.boundary, y.start, height, plane.height) ||
        is_folded(problem.boundary, x.start, width, plane.width)) {
      patch.way = Way::folded;
      patch.x = 0;
      patch.width = columns;
    } else if (whole_pixels && problem.width > 0 && x.count == Taps && y.count == Taps) {
      patch.way = Way::all_taps;
    } else if (whole_pixels && x.count == 1 && y.count == 1) {
      patch.way = Way::one_tap;
    }
  }

  PPATCH_HD void stage(const BlockThread& at, const Patch& patch, const Private& own,
                       Stage& to) const {
    if (__builtin_expect(patch.way == Way::all_taps, 1)) {
      to.template fill<Taps, groups>(job, patch.wave, patch.probe, patch.rows, own.offset,
                                     own.of_probe, at.thread);
    } else if (patch.way == Way::one_tap) {
      to.template fill<1, groups>(job, patch.wave, patch.probe, patch.rows, own.offset,
                                  own.of_probe, at.thread);
    }
  }

  template <class StageOrNone>
  PPATCH_HD void add(const BlockThread& at, const Patch& patch, const StageOrNone& staged,
                     Private& own, Shared& shared) const {
    const int ex = own.column - patch.x;
    if (static_cast<unsigned>(ex) >= static_cast<unsigned>(patch.width)) return;
    const Way way = patch.way;
    const int top = own.row - patch.y;  // the row of the patch on the thread's first
    if (__builtin_expect(way == Way::all_taps, 1)) {
      add_whole<Taps>(patch, staged, top, ex, own);
      if (coverage.data) cover<Taps>(at, patch, top, ex, shared);
    } else if (way == Way::one_tap) {
      add_whole<1>(patch, staged, top, ex, own);
      if (coverage.data) cover<1>(at, patch, top, ex, shared);
    } else {
      add_any(at, patch, own, shared);
    }
  }

  template <int N, class StageOrNone>
  PPATCH_HD void add_whole(const Patch& patch, const StageOrNone& staged, int top, int ex,
                           Private& own) const {
    if constexpr (Waves) {
      const auto* const first = &staged.pixel[own.row][own.column + N - 1];
      add_rows<N>(patch, StagedRows<P, N, Stage>(first, patch.weight_x), top, own);
    } else {
      add_rows<N>(
          patch,
          AdjointRows<P, N>(bytes_on(patch.wave, own.offset), job.in.stride_y, job.in.stride_x,
                            own.zero, patch.weight_x, ex, static_cast<int>(job.problem.width)),
          top, own);
    }
  }

  template <int N, class Reader>
  PPATCH_HD void add_rows(const Patch& patch, Reader reader, int top, Private& own) const {
    AdjointSums<P, N, max_rows> sums(patch.weight_y);
    if (static_cast<unsigned>(top - (N - 1)) < static_cast<unsigned>(patch.whole)) {
      sums.add_all(reader, own.sum);
    } else {
      sums.add_some(reader, top, static_cast<int>(job.problem.height), rows(), own.sum);
    }
  }

  template <int N>
  PPATCH_HD void cover(const BlockThread& at, const Patch& patch, int top, int ex,
                       Shared& shared) const {
    cover_rows<P, Waves, N>(job, patch.weight_y, patch.weight_x, patch.k, top, ex, rows(),
                            &shared.coverage[0][at.thread], threads);
  }

  // Whatever the arrays and the taps, pixel by pixel.
  PPATCH_HD void add_any(const BlockThread& at, const Patch& patch, Private& own,
                         Shared& shared) const {
    const PatchTaps<T> taps = patch.taps;
    const int count = rows_of(at, shared.tile);
    PPATCH_UNROLLED
    for (int i = 0; i < max_rows; ++i) {
      if (i >= count) break;
      // A copy, so that what is added to elsewhere lies in registers.
      T sum[C];
      for (int c = 0; c < C; ++c) sum[c] = own.sum[i][c];
      add_adjoint_pixel(job, plane, taps, shared.tile.m, patch.k, y_of(at, shared.tile) + i,
                        x_of(at, shared.tile), patch.way == Way::folded, sum,
                        coverage.data ? &shared.coverage[i][at.thread] : nullptr);
      for (int c = 0; c < C; ++c) own.sum[i][c] = sum[c];
    }
  }
};

}  // namespace ppatch
