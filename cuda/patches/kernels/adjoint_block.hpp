// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/adjoint_rows.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// The adjoint on a device: a block owns a tile and walks its list of patches in order, a thread
// owns some pixels of it, two columns of some rows. Every pixel so sums in the order of k, whatever
// the tiles. Taps: of the interpolation on an axis, 2 for one or two.
template <class P, int Taps>
struct AdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 64;
  static constexpr int columns = 64;  // two of each thread
  static constexpr int groups = 2 * threads / columns;
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
  struct alignas(2 * C * sizeof(T) < 16 ? 2 * C * sizeof(T) : 16) Pair {
    Value column[2];
  };
  struct alignas(2 * sizeof(T)) Weights {
    T column[2];
  };
  // Of sums, each thread has its own.
  struct Shared {
    Tile tile;
    Patch patch[batch];
    Pair sum[max_rows][threads];
    Weights coverage[max_rows][threads];
    WholePixel<P> zero;
  };
  struct Private {
    int row, column;                // its first in the tile
    std::int64_t offset, of_probe;  // of the patch's pixel there
  };

  AdjointPixel<P> job;
  ImageView image, coverage;
  TilePlane plane;  // tile_width == columns, tile_height <= groups * max_rows
  const std::uint32_t* patches = nullptr;  // by tile, in order
  const std::uint32_t* begins = nullptr;
  bool from_zero = true;
  bool whole_pixels = false;  // of patches and probe
  bool reads_pairs = false;   // those of a row lie side by side, and waves have one mode
  bool whole_image = false;

  AdjointBlock(const AdjointPixel<P>& pixels, const ImageView& sum, const ImageView& weights,
               const TilePlane& tiles)
      : job(pixels),
        image(sum),
        coverage(weights),
        plane(tiles),
        whole_pixels(lies_in_whole_pixels<P>(job.in.data) &&
                     lies_in_whole_pixels<P>(job.probe.data)),
        reads_pairs(job.in.stride_x == C && job.in.modes == 1 &&
                    (!job.probe.data || job.probe.stride_x == C)),
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
      own.column = column_of(at);
      own.row = row_of(at);
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
  // The first pixel of a thread in its tile.
  PPATCH_HD static int column_of(const BlockThread& at) { return at.thread % (columns / 2) * 2; }
  PPATCH_HD int row_of(const BlockThread& at) const { return at.thread / (columns / 2) * rows(); }
  // How many rows and columns it owns.
  PPATCH_HD int rows_of(const BlockThread& at, const Tile& tile) const {
    const std::int64_t left = plane.height - tile.y - row_of(at);
    return left < 0 ? 0 : left < rows() ? static_cast<int>(left) : rows();
  }
  PPATCH_HD int columns_of(const BlockThread& at, const Tile& tile) const {
    const std::int64_t left = plane.width - tile.x - column_of(at);
    return left < 0 ? 0 : left < 2 ? static_cast<int>(left) : 2;
  }

  // move(row, column, y, x) for the thread's pixels, and where they lie in the image.
  template <class Move>
  PPATCH_HD void each_own(const BlockThread& at, const Tile& tile, const Move& move) const {
    const int height = rows_of(at, tile);
    const int width = columns_of(at, tile);
    const std::int64_t y = tile.y + row_of(at);
    const std::int64_t x = tile.x + column_of(at);
    PPATCH_ROLLED
    for (int i = 0; i < height; ++i) {
      PPATCH_ROLLED
      for (int j = 0; j < width; ++j) move(i, j, y + i, x + j);
    }
  }

  PPATCH_HD void begin(const BlockThread& at, Shared& shared) const {
    PPATCH_ROLLED
    for (int i = 0; i < rows(); ++i) {
      shared.sum[i][at.thread] = {};
      shared.coverage[i][at.thread] = {};
    }
    if (from_zero) return;
    const Tile& tile = shared.tile;
    each_own(at, tile, [&](int i, int j, std::int64_t y, std::int64_t x) {
      P::load(image.template at<S>(tile.m, y, x), shared.sum[i][at.thread].column[j].scalar);
      if (!coverage.data) return;
      shared.coverage[i][at.thread].column[j] = P::load(*coverage.template at<S>(tile.m, y, x));
    });
  }

  PPATCH_HD void store(const BlockThread& at, const Shared& shared) const {
    const Tile& tile = shared.tile;
    each_own(at, tile, [&](int i, int j, std::int64_t y, std::int64_t x) {
      const Value sum = shared.sum[i][at.thread].column[j];
      S* pixel = image.template at<S>(tile.m, y, x);
      if (whole_image) {
        store_whole<P>(sum.scalar, pixel);
      } else {
        P::store(sum.scalar, pixel);
      }
      if (!coverage.data) return;
      *coverage.template at<S>(tile.m, y, x) = P::store(shared.coverage[i][at.thread].column[j]);
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
    if (patch.way == Way::folded) return add_folded(at, patch, shared);
    const int top = own.row - patch.y;
    Rows part;
    part.first = top < 0 ? -top : 0;
    part.last = patch.height - top < count ? patch.height - top : count;
    part.r = top + part.first;
    part.ex = own.column - patch.x;
    // The next column may be the first that is met.
    if (static_cast<unsigned>(part.ex + 1) > static_cast<unsigned>(patch.width)) return;
    if (part.first >= part.last) return;
    switch (patch.way) {
      case Way::all_taps:
        return add_whole<Taps>(at, patch, own, part, shared);
      case Way::one_tap:
        return add_whole<1>(at, patch, own, part, shared);
      default:
        return add_any(at, patch, part, shared);
    }
  }

  // Rows [first, last) of a thread; on the first of them falls row r of the patch, which goes up to
  // height + taps - 1; ex is the extended column on its first one.
  struct Rows {
    int first, last, r, ex;
  };

  template <int N>
  PPATCH_HD void add_whole(const BlockThread& at, const Patch& patch, const Private& own,
                           const Rows& part, Shared& shared) const {
    if (job.probe.data) {
      coverage.data ? add_columns<true, true, N>(at, patch, own, part, shared)
                    : add_columns<true, false, N>(at, patch, own, part, shared);
    } else {
      coverage.data ? add_columns<false, true, N>(at, patch, own, part, shared)
                    : add_columns<false, false, N>(at, patch, own, part, shared);
    }
  }

  template <bool Waves, bool Covers, int N>
  PPATCH_HD void add_columns(const BlockThread& at, const Patch& patch, const Private& own,
                             const Rows& part, Shared& shared) const {
    // Between columns that have pixels beside the patch. With more taps pairs would take more
    // registers than they are worth.
    if constexpr (Taps == 2) {
      if (reads_pairs && part.ex >= N - 1 && part.ex + 1 < patch.width - (N - 1)) {
        return add_rows<AdjointPair<P, Waves, N>, Waves, Covers, N>(at, patch, own, part, 0,
                                                                    shared);
      }
    }
    PPATCH_ROLLED
    for (int column = 0; column < 2; ++column) {
      if (static_cast<unsigned>(part.ex + column) < static_cast<unsigned>(patch.width)) {
        add_rows<AdjointColumn<P, Waves, N>, Waves, Covers, N>(at, patch, own, part, column,
                                                               shared);
      }
    }
  }

  template <class Reader, bool Waves, bool Covers, int N>
  PPATCH_HD void add_rows(const BlockThread& at, const Patch& patch, const Private& own,
                          const Rows& part, int column, Shared& shared) const {
    constexpr int columns_read = Reader::columns;
    constexpr int round = N < 4 ? 4 : N;
    const auto height = static_cast<int>(job.problem.height);
    const int below = part.first - (N - 1);
    Reader reader(job, patch.wave + own.offset + below * job.in.stride_y + column * job.in.stride_x,
                  Waves ? patch.probe + own.of_probe + below * job.probe.stride_y +
                              column * job.probe.stride_x
                        : nullptr,
                  shared.zero, patch.taps.x.weight, part.ex + column);
    T weight_y[N];
    for (int i = 0; i < N; ++i) weight_y[i] = patch.taps.y.weight[i];
    // The last rows, filtered along x, the newest in place `at_row`; they are numbered round.
    T kept[N][columns_read][C];
    T kept_weight[N][columns_read];
    const auto read = [&](int at_row) {
      reader.read(kept[at_row]);
      if (Covers) reader.read_weight(kept_weight[at_row]);
      reader.next();
    };
    const auto read_row = [&](int r, int at_row) {
      if (static_cast<unsigned>(r) < static_cast<unsigned>(height)) return read(at_row);
      for (int q = 0; q < columns_read; ++q) {
        for (int c = 0; c < C; ++c) kept[at_row][q][c] = T(0);
        kept_weight[at_row][q] = T(0);
      }
      reader.next();
    };
    // What is summed at once, a pair or the one column of it, of one row after the other.
    struct alignas(columns_read == 2 ? alignof(Pair) : alignof(Value)) Sum {
      Value of[columns_read];
    };
    struct alignas(columns_read * sizeof(T)) Cover {
      T of[columns_read];
    };
    constexpr int next = threads * 2 / columns_read;
    auto* sum = reinterpret_cast<Sum*>(shared.sum[part.first][at.thread].column + column);
    auto* cover = reinterpret_cast<Cover*>(shared.coverage[part.first][at.thread].column + column);
    // Adds to pixels u rows from here.
    const auto add_row = [&](int u, int newest) {
      Sum to = sum[u * next];
      for (int q = 0; q < columns_read; ++q) {
        for (int c = 0; c < C; ++c) {
          T value = T(0);
          for (int j = 0; j < N; ++j) {
            value = next_sum(j, value, weight_y[j], kept[(newest + N - j) % N][q][c]);
          }
          to.of[q].scalar[c] += value;
        }
      }
      sum[u * next] = to;
      if (!Covers) return;
      Cover covered = cover[u * next];
      for (int q = 0; q < columns_read; ++q) {
        T value = T(0);
        for (int j = 0; j < N; ++j) {
          value = next_sum(j, value, weight_y[j], kept_weight[(newest + N - j) % N][q]);
        }
        covered.of[q] += value;
      }
      cover[u * next] = covered;
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
      sum += round * next;
      cover += round * next;
    }
    PPATCH_ROLLED
    for (; done < count; ++done) {
      read_row(part.r + done, N - 1);
      add_row(0, N - 1);
      PPATCH_UNROLLED
      for (int i = 0; i < N - 1; ++i) {
        for (int q = 0; q < columns_read; ++q) {
          for (int c = 0; c < C; ++c) kept[i][q][c] = kept[i + 1][q][c];
          kept_weight[i][q] = kept_weight[i + 1][q];
        }
      }
      sum += next;
      cover += next;
    }
  }

  // The same, whatever the arrays and the taps.
  PPATCH_HD void add_any(const BlockThread& at, const Patch& patch, const Rows& part,
                         Shared& shared) const {
    const std::int64_t m = job.problem.image_index ? 0 : shared.tile.m;
    PPATCH_ROLLED
    for (int i = 2 * part.first; i < 2 * part.last; ++i) {
      const int ey = part.r + i / 2 - part.first;
      const int ex = part.ex + i % 2;
      if (static_cast<unsigned>(ex) >= static_cast<unsigned>(patch.width)) continue;
      T value[C] = {};
      job.contribution(patch.taps, m, patch.k, ey, ex, value);
      add_to(at, i / 2, i % 2, value, shared);
      if (coverage.data) {
        shared.coverage[i / 2][at.thread].column[i % 2] +=
            job.coverage(patch.taps, patch.k, ey, ex);
      }
    }
  }

  PPATCH_HD static void add_to(const BlockThread& at, int row, int column, const T* value,
                               Shared& shared) {
    Value& sum = shared.sum[row][at.thread].column[column];
    for (int c = 0; c < C; ++c) sum.scalar[c] += value[c];
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
    each_own(at, tile, [&](int i, int j, std::int64_t to_y, std::int64_t to_x) {
      const auto next_row = [&](std::int64_t from) {
        return next_extended(boundary, to_y, plane.height, from);
      };
      const auto next_column = [&](std::int64_t from) {
        return next_extended(boundary, to_x, plane.width, from);
      };
      for (std::int64_t row = next_row(y.start); row < y_end; row = next_row(row + 1)) {
        for (std::int64_t column = next_column(x.start); column < x_end;
             column = next_column(column + 1)) {
          T value[C] = {};
          job.contribution(patch.taps, m, patch.k, row - y.start, column - x.start, value);
          add_to(at, i, j, value, shared);
          if (coverage.data) {
            shared.coverage[i][at.thread].column[j] +=
                job.coverage(patch.taps, patch.k, row - y.start, column - x.start);
          }
        }
      }
    });
  }
};

}  // namespace ppatch
