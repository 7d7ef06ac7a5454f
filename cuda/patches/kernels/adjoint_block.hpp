// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "cuda/patches/kernels/adjoint_patch.hpp"
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

  using Patch = AdjointPatch<P, Taps>;
  using Way = typename Patch::Way;
  struct Tile {
    std::int64_t m, y, x;       // its image and first pixel
    std::int64_t first, count;  // of its list
    const S* zero;              // pixel
  };
  using Stage = AdjointStage<P, Taps, columns, groups * max_rows>;
  // Of coverage, each thread has its own. Patches of a batch lie there from the last one's, 1, on;
  // beside them are two that nothing is to be done for.
  struct Shared {
    Tile tile;
    Patch patch[batch + 2];
    T coverage[max_rows][threads];
    WholePixel<P> zero;
    std::conditional_t<Waves, Stage, Nothing> stage[2];
  };
  struct Private {
    T sum[max_rows][C];
    int row, column;      // in the tile
    std::int64_t offset;  // bytes to what the thread reads first of a patch
    std::conditional_t<Waves, StageThread, Nothing> stage;
    int turn;           // bytes to the stage that is filled next
    const S* zero;      // pixel
    std::int64_t left;  // patches of the list that no batch has had
    int size, next;     // of the batch, and how many of its steps come next
  };

  AdjointPixel<P> job;
  ImageView image, coverage;
  TilePlane plane;  // tile_width == columns, tile_height <= groups * max_rows
  const std::uint32_t* patches = nullptr;  // by tile, in order
  const std::uint32_t* begins = nullptr;
  int rows = 0;  // of a thread
  bool from_zero = true;
  bool whole_pixels = false;  // of patches and probe
  bool whole_image = false;

  AdjointBlock(const AdjointPixel<P>& pixels, const ImageView& sum, const ImageView& weights,
               const TilePlane& tiles)
      : job(pixels),
        image(sum),
        coverage(weights),
        plane(tiles),
        rows(static_cast<int>(plane.tile_height) / groups),
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
    if (n <= 1) {
      if (n == 0) {
        if (at.thread == 0) {
          locate(at.block, shared.tile);
          shared.zero = {};
          shared.tile.zero = shared.zero.scalar;
          if constexpr (Waves) shared.patch[0].rows = {0, 0, Stage::nowhere, 0};
        }
        return;
      }
      begin(at, shared, own);
    }
    const int now = own.next;
    if (now == 0) {
      if (own.left == 0) return store(at, shared, own);
      prepare_batch(at, shared, own);
      return;
    }
    own.next = now - 1;
    if constexpr (Waves) {
      const Patch& next = shared.patch[now - 1];
      const int turn = own.turn;
      own.turn = static_cast<int>(sizeof(Stage)) - turn;
      stage_at(shared, turn)
          .template fill<groups>(job, next.wave, next.probe, next.rows, own.stage, at.thread);
      add(at, shared.patch[now], stage_at(shared, own.turn), own, shared);
    } else {
      PPATCH_ROLLED
      for (int i = own.size; i > 0; --i) {
        add(at, shared.patch[i], shared.stage[0], own, shared);
      }
    }
  }

 private:
  PPATCH_HD std::int64_t list_of(std::int64_t block) const {
    if (plane.slices > 1 || image.count == 1) return block;
    return divide(block, plane.rows * plane.columns).remainder;
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
  // The first pixel of a thread.
  PPATCH_HD std::int64_t x_of(const BlockThread& at, const Tile& tile) const {
    return tile.x + at.thread % columns;
  }
  PPATCH_HD std::int64_t y_of(const BlockThread& at, const Tile& tile) const {
    return tile.y + at.thread / columns * rows;
  }
  // How many it owns.
  PPATCH_HD int rows_of(const BlockThread& at, const Tile& tile) const {
    const std::int64_t left = plane.height - y_of(at, tile);
    if (left <= 0 || x_of(at, tile) >= plane.width) return 0;
    return left < rows ? static_cast<int>(left) : rows;
  }

  PPATCH_HD static Stage& stage_at(Shared& shared, int bytes) {
    return *reinterpret_cast<Stage*>(reinterpret_cast<char*>(shared.stage) + bytes);
  }

  PPATCH_HD void begin(const BlockThread& at, Shared& shared, Private& own) const {
    const Tile& tile = shared.tile;
    const auto bytes = static_cast<std::int64_t>(sizeof(S));
    own.column = at.thread % columns;
    own.row = at.thread / columns * rows;
    own.offset = (own.row * job.in.stride_y + own.column * job.in.stride_x) * bytes;
    if constexpr (Waves) Stage::template begin<groups>(job, at.thread, own.row, own.stage);
    own.zero = tile.zero;
    own.left = tile.count;
    own.size = 0;
    own.next = 0;
    own.turn = 0;
    for (int i = 0; i < max_rows; ++i) {
      for (int c = 0; c < C; ++c) own.sum[i][c] = T(0);
    }
    if (!from_zero) {
      const int count = rows_of(at, tile);
      const S* pixel = image.template at<S>(tile.m, y_of(at, tile), x_of(at, tile));
      PPATCH_UNROLLED
      for (int i = 0; i < max_rows; ++i) {
        if (i < count) P::load(pixel + i * image.stride_y, own.sum[i]);
      }
    }
    if (!coverage.data) return;
    const int count = from_zero ? 0 : rows_of(at, tile);
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

  PPATCH_HD void prepare_batch(const BlockThread& at, Shared& shared, Private& own) const {
    const Tile& tile = shared.tile;
    own.size = static_cast<int>(own.left < batch ? own.left : batch);
    if (at.thread < own.size) {
      const std::int64_t entry = tile.first + tile.count - own.left + at.thread;
      prepare(tile, patches[entry], shared.patch[own.size - at.thread]);
    } else if (Waves && at.thread == own.size) {
      shared.patch[own.size + 1].width = 0;
    }
    own.left -= own.size;
    own.next = Waves ? own.size + 1 : 1;
  }

  PPATCH_HD void prepare(const Tile& tile, std::int64_t k, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    const PatchOrigin& origin = problem.origins[k];
    patch.k = k;
    if constexpr (Taps == 2) {
      prepare_taps(tile, NearTaps<T>(problem.interpolation, origin.fraction_y, origin.y),
                   NearTaps<T>(problem.interpolation, origin.fraction_x, origin.x), patch);
      if (patch.way == Way::folded || patch.way == Way::any) {
        prepare_sampling_taps(problem.interpolation, origin, patch.taps);
      }
    } else {
      prepare_sampling_taps(problem.interpolation, origin, patch.taps);
      prepare_taps(tile, patch.taps.y, patch.taps.x, patch);
    }
  }
  template <class AxisTaps>
  PPATCH_HD void prepare_taps(const Tile& tile, const AxisTaps& y, const AxisTaps& x,
                              Patch& patch) const {
    const PatchProblem& problem = job.problem;
    for (int j = 0; j < Taps; ++j) {
      patch.weight_y[j] = y.weight[j];
      patch.weight_x[j] = x.weight[j];
    }
    const auto patch_height = static_cast<int>(problem.height);
    const auto patch_width = static_cast<int>(problem.width);
    patch.y = static_cast<int>(y.start - tile.y);
    patch.x = static_cast<int>(x.start - tile.x);
    patch.height = patch_height + y.count - 1;
    patch.width = patch_width + x.count - 1;
    const int followed = patch_height - max_rows - (y.count - 1) + 1;
    patch.followed = followed > 0 && rows == max_rows ? followed : 0;
    const S* const wave = job.in.template at<S>(problem.image_index ? 0 : tile.m, patch.k, 0);
    const int row = -patch.y - (y.count - 1);
    if constexpr (Waves) {
      const int column = -patch.x - (x.count - 1);
      const int rows_here = groups * rows + y.count - 1;
      const int left = patch_height - row;
      // Patches that lie far off have no row here.
      const int above = -row < rows_here ? -row : rows_here;
      const int before = row < 0 ? above : 0;
      const int count = (left < rows_here ? left : rows_here) - before;
      patch.rows = {before * Stage::pitch * static_cast<int>(sizeof(typename Stage::Value)), count,
                    column, x.count > 1 ? count : 0};
      const std::int64_t first = row + before;
      patch.wave = wave + first * job.in.stride_y + std::int64_t{column} * job.in.stride_x;
      patch.probe = job.probe.template at<S>(patch.k, 0) + first * job.probe.stride_y +
                    std::int64_t{column} * job.probe.stride_x;
    } else {
      patch.wave =
          wave + std::int64_t{row} * job.in.stride_y - std::int64_t{patch.x} * job.in.stride_x;
    }
    patch.way = Way::any;
    patch.whole_y = patch.y + y.count - 1;
    patch.whole = 0;
    if (is_folded(problem.boundary, y.start, patch.height, plane.height) ||
        is_folded(problem.boundary, x.start, patch.width, plane.width)) {
      patch.way = Way::folded;
      patch.y = 0;
      patch.height = groups * rows;
      patch.x = 0;
      patch.width = columns;
    } else if (whole_pixels && patch_width > 0 && x.count == Taps && y.count == Taps) {
      patch.way = Way::all_taps;
      patch.whole = patch.followed;
    } else if (whole_pixels && x.count == 1 && y.count == 1) {
      patch.way = Way::one_tap;
    }
    if (Waves && (patch.way == Way::folded || patch.way == Way::any)) {
      patch.rows = {0, 0, Stage::nowhere, 0};
    }
  }

  template <class StageOrNone>
  PPATCH_HD void add(const BlockThread& at, const Patch& patch, const StageOrNone& staged,
                     Private& own, Shared& shared) const {
    const int ex = own.column - patch.x;
    if (static_cast<unsigned>(ex) >= static_cast<unsigned>(patch.width)) return;
    if (__builtin_expect(
            static_cast<unsigned>(own.row - patch.whole_y) < static_cast<unsigned>(patch.whole),
            1)) {
      auto reader = reader_of<Taps>(patch, staged, ex, own);
      AdjointSums<P, Taps, max_rows>(patch.weight_y).add_all(reader, own.sum);
    } else if (!add_partly(at, patch, staged, ex, own, shared)) {
      return;
    }
    if (coverage.data) cover(at, patch, ex, shared);
  }

  // Where a patch covers some rows of a thread, or has not all taps. Whether the coverage is still
  // to be summed.
  template <class StageOrNone>
  PPATCH_HD bool add_partly(const BlockThread& at, const Patch& patch, const StageOrNone& staged,
                            int ex, Private& own, Shared& shared) const {
    const int top = own.row - patch.y;  // the row of the patch on the thread's first
    if (static_cast<unsigned>(top + max_rows - 1) >=
        static_cast<unsigned>(patch.height + max_rows - 1)) {
      return false;
    }
    const auto height = static_cast<int>(job.problem.height);
    if (__builtin_expect(patch.way == Way::all_taps, 1)) {
      auto reader = reader_of<Taps>(patch, staged, ex, own);
      AdjointSums<P, Taps, max_rows>(patch.weight_y).add_some(reader, top, height, rows, own.sum);
    } else if (patch.way == Way::one_tap) {
      auto reader = reader_of<1>(patch, staged, ex, own);
      AdjointSums<P, 1, max_rows> sums(patch.weight_y);
      if (static_cast<unsigned>(top) < static_cast<unsigned>(patch.followed)) {
        sums.add_all(reader, own.sum);
      } else {
        sums.add_some(reader, top, height, rows, own.sum);
      }
    } else {
      add_any(at, patch, own, shared);
      return false;
    }
    return true;
  }

  template <int N, class StageOrNone>
  PPATCH_HD auto reader_of(const Patch& patch, const StageOrNone& staged, int ex,
                           const Private& own) const {
    if constexpr (Waves) {
      return StagedRows<P, N, Stage>(staged.value_at(own.stage.read) + (N - 1), patch.weight_x);
    } else {
      return AdjointRows<P, N>(bytes_on(patch.wave, own.offset), job.in.stride_y, job.in.stride_x,
                               own.zero, patch.weight_x, ex, static_cast<int>(job.problem.width));
    }
  }

  PPATCH_HD void cover(const BlockThread& at, const Patch& patch, int ex, Shared& shared) const {
    T* const covers = &shared.coverage[0][at.thread];
    const int top = at.thread / columns * rows - patch.y;
    if (patch.way == Way::all_taps) {
      cover_rows<P, Waves, Taps>(job, patch.weight_y, patch.weight_x, patch.k, top, ex, rows,
                                 covers, threads);
    } else {
      cover_rows<P, Waves, 1>(job, patch.weight_y, patch.weight_x, patch.k, top, ex, rows, covers,
                              threads);
    }
  }

  // Whatever the arrays and the taps, pixel by pixel.
  PPATCH_HD void add_any(const BlockThread& at, const Patch& patch, Private& own,
                         Shared& shared) const {
    // A copy, so that what is added to elsewhere lies in registers.
    T sum[max_rows][C];
    PPATCH_UNROLLED
    for (int i = 0; i < max_rows; ++i) {
      for (int c = 0; c < C; ++c) sum[i][c] = own.sum[i][c];
    }
    add_adjoint_pixels(job, plane, patch.taps, shared.tile.m, patch.k, y_of(at, shared.tile),
                       x_of(at, shared.tile), rows_of(at, shared.tile), patch.way == Way::folded,
                       &sum[0][0], coverage.data ? &shared.coverage[0][at.thread] : nullptr,
                       threads);
    PPATCH_UNROLLED
    for (int i = 0; i < max_rows; ++i) {
      for (int c = 0; c < C; ++c) own.sum[i][c] = sum[i][c];
    }
  }
};

}  // namespace ppatch
