// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/position_gradient.hpp"
#include "math/division.hpp"

namespace ppatch {

// Gradient and curvature by position on a device: a warp owns a patch, a thread one lane of
// GradientSums, and walks its rows in order. Group: the pixels of a group lie side by side in
// memory, and a thread owns the same lane of some of its patches, a block all those that lie in one
// sector. Taps: of the interpolation on an axis, 2 for one or two.
template <class P, int Taps, bool Group>
struct GradientBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  using Sums = GradientSums<T, C>;
  static constexpr int lanes = 32;  // of a row, a thread each
  static constexpr int threads = Group ? 2 * lanes : lanes;
  static constexpr int resident_blocks = 512 / threads;  // sums stay in registers everywhere
  // Pixels of a thread's row whose samples it keeps for the next row, at most.
  static constexpr int max_pixels = Taps > 2 || sizeof(T) > 4 ? 2 : 4;
  // Patches of a thread, which reads a pixel of each at once.
  static constexpr int together =
      Group && Taps == 2 ? 16 / static_cast<int>(sizeof(WholePixel<P>)) : 1;
  static constexpr int here = threads / lanes * together;  // of a block

  struct Patch {
    PatchTaps<T> taps;
    std::int64_t m, k;
    bool exists, inside;  // inside: samples that all lie in the image, in whole pixels
    const S* from;        // the first sample
    const S* in;          // the first pixel of the cotangent
  };
  struct Shared {
    Patch patch[here];
    double total[here][Sums::quantities][Sums::lanes + 1];
  };
  using Private = Nothing;

  PositionGradient<P> job;
  int side_by_side = 1;       // threads that have the same lane, of patches of one group
  bool whole_pixels = false;  // of both arrays, and those of the image side by side

  explicit GradientBlock(const PositionGradient<P>& all)
      : job(all),
        whole_pixels(job.image.stride_x == C && lies_in_whole_pixels<P>(job.image.data) &&
                     lies_in_whole_pixels<P>(job.cotangent.data)) {
    if (Group && job.cotangent.group_size % here == 0) side_by_side = threads / lanes;
  }

  // Whether the patches of a thread can be read at once.
  static bool fits(const PatchView& in) {
    return in.stride_member == C && in.group_size > 1 && in.group_size % together == 0 &&
           in.count % together == 0 && lies_together<P>(in, together);
  }

  std::int64_t blocks() const {
    return blocks_over(job.cotangent.images * job.cotangent.count, here);
  }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 0) {
      if (at.thread < here) prepare(at.block * here + at.thread, shared.patch[at.thread]);
    } else if (n == 1) {
      const int number = at.thread / side_by_side;
      sum(at.thread % side_by_side + number / lanes, number % lanes, shared);
    } else if (at.thread < Sums::quantities * here) {
      const int patch = at.thread / Sums::quantities;
      write(at.thread % Sums::quantities, shared.patch[patch], shared.total[patch]);
    }
  }

 private:
  struct Weights {
    T weight_x[Taps], weight_y[Taps], slope_x[Taps], slope_y[Taps];
  };
  // The last rows of a column, filtered along x by weights and by slopes, numbered round.
  struct Column {
    T value[Taps][C];
    T slope[Taps][C];
  };
  // Where some rows of the thread's patches begin, samples and cotangents.
  struct Band {
    Weights weights[together];
    const S* from[together];
    const S* in;
  };

  PPATCH_HD void prepare(std::int64_t n, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    patch.exists = n < job.cotangent.images * job.cotangent.count;
    if (!patch.exists) return;
    const Division number = divide(n, job.cotangent.count);
    patch.m = number.quotient;
    patch.k = number.remainder;
    prepare_gradient_taps(problem.interpolation, problem.origins[patch.k], patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    patch.from = job.image.template at<S>(problem.image_of(patch.m, patch.k), y.start, x.start);
    patch.in = job.cotangent.template at<S>(patch.m, patch.k, 0);
    patch.inside = whole_pixels && y.count == Taps && y.start >= 0 && x.start >= 0 &&
                   y.start + problem.height + y.count - 1 <= job.image.height &&
                   x.start + problem.width + x.count - 1 <= job.image.width;
  }

  // number: of the thread's patches among those of the block.
  PPATCH_HD void sum(int number, int column, Shared& shared) const {
    const Patch* const patch = &shared.patch[number * together];
    double(*const total)[Sums::quantities][Sums::lanes + 1] = &shared.total[number * together];
    if (!patch->exists) return;
    bool inside = true;
    for (int n = 0; n < together; ++n) inside = inside && patch[n].inside;
    if (!inside) {
      PPATCH_ROLLED
      for (int n = 0; n < together; ++n) {
        double own[1][Sums::quantities][C] = {};
        sum_any(patch[n], column, own[0]);
        keep(own, column, total + n);
      }
    } else if (!Group && job.problem.width == max_pixels * lanes) {
      sum_rows<max_pixels>(*patch, column, total);
    } else if (!Group && job.problem.width == 2 * lanes) {
      sum_rows<2>(*patch, column, total);
    } else {
      sum_bands(patch, column, total);
    }
  }

  template <int Patches>
  PPATCH_HD static void keep(const double (&own)[Patches][Sums::quantities][C], int column,
                             double (*total)[Sums::quantities][Sums::lanes + 1]) {
    for (int p = 0; p < Patches; ++p) {
      for (int n = 0; n < Sums::quantities; ++n) {
        for (int c = 0; c < C; ++c) total[p][n][column * C + c] = own[p][n][c];
      }
    }
  }

  PPATCH_HD static void set(const PatchTaps<T>& taps, Weights& weights) {
    for (int j = 0; j < Taps; ++j) {
      weights.weight_x[j] = taps.x.weight[j];
      weights.weight_y[j] = taps.y.weight[j];
      weights.slope_x[j] = taps.x.slope[j];
      weights.slope_y[j] = taps.y.slope[j];
    }
  }

  // Rows of so many pixels for each thread; each sample is read once a row.
  template <int Pixels>
  PPATCH_HD void sum_rows(const Patch& patch, int column,
                          double (*total)[Sums::quantities][Sums::lanes + 1]) const {
    const S* from = patch.from + column * C;
    const S* in = patch.in + column * job.cotangent.stride_x;
    Weights weights;
    set(patch.taps, weights);
    double own[1][Sums::quantities][C] = {};
    Column kept[Pixels];
    const auto filter_row = [&](int at) {
      for (int n = 0; n < Pixels; ++n) filter(from + n * lanes * C, weights, at, kept[n]);
      from += job.image.stride_y;
    };
    const auto sum_row = [&](int u) {
      filter_row((u + Taps - 1) % Taps);
      T row[Sums::quantities][C];
      for (int n = 0; n < Pixels; ++n) {
        T g[C];
        load_whole<P>(in + n * lanes * job.cotangent.stride_x, g);
        add_pixel(kept[n], weights, u, g, n == 0, row);
      }
      add_row(row, own[0]);
      in += job.cotangent.stride_y;
    };
    for (int i = 0; i < Taps - 1; ++i) filter_row(i);
    auto left = static_cast<int>(job.problem.height);
    PPATCH_ROLLED
    for (; left >= Taps; left -= Taps) {
      for (int u = 0; u < Taps; ++u) sum_row(u);
    }
    for (int u = 0; u < Taps - 1; ++u) {
      if (u >= left) break;
      sum_row(u);
    }
    keep(own, column, total);
  }

  // Rows of any width, some at a time.
  PPATCH_HD void sum_bands(const Patch* patch, int column,
                           double (*total)[Sums::quantities][Sums::lanes + 1]) const {
    constexpr int many = together * sizeof(T) > 4 ? 2 : 4;
    Band band;
    band.in = patch->in + column * job.cotangent.stride_x;
    for (int p = 0; p < together; ++p) {
      band.from[p] = patch[p].from + column * C;
      set(patch[p].taps, band.weights[p]);
    }
    double own[together][Sums::quantities][C] = {};
    const auto count = static_cast<int>(blocks_over(job.problem.width - column, lanes));
    auto left = count > 0 ? static_cast<int>(job.problem.height) : 0;
    PPATCH_ROLLED
    for (; left >= many; left -= many) sum_band<many>(count, band, own);
    PPATCH_ROLLED
    for (; left > 0; --left) sum_band<1>(count, band, own);
    keep(own, column, total);
  }

  // count: of the thread's pixels in a row, one at least.
  template <int Rows>
  PPATCH_HD void sum_band(int count, Band& band,
                          double (&own)[together][Sums::quantities][C]) const {
    T row[Rows][together][Sums::quantities][C];
    Band at = band;
    sum_column<Rows, true>(at, row);
    PPATCH_ROLLED
    for (int n = 1; n < count; ++n) sum_column<Rows, false>(at, row);
    for (int i = 0; i < Rows; ++i) {
      for (int p = 0; p < together; ++p) add_row(row[i][p], own[p]);
    }
    for (int p = 0; p < together; ++p) band.from[p] += Rows * job.image.stride_y;
    band.in += Rows * job.cotangent.stride_y;
  }

  // Goes on to the thread's next pixel of each row. First: sums begin.
  template <int Rows, bool First>
  PPATCH_HD void sum_column(Band& at, T (&row)[Rows][together][Sums::quantities][C]) const {
    const S* from[together];
    for (int p = 0; p < together; ++p) from[p] = at.from[p];
    const S* in = at.in;
    Column kept[together];
    PPATCH_UNROLLED
    for (int i = 1 - Taps; i < Rows; ++i) {
      for (int p = 0; p < together; ++p) {
        filter(from[p], at.weights[p], (i + Taps - 1) % Taps, kept[p]);
        from[p] += job.image.stride_y;
      }
      if (i < 0) continue;
      T g[together][C];
      load_together(in, g);
      in += job.cotangent.stride_y;
      for (int p = 0; p < together; ++p) {
        add_pixel(kept[p], at.weights[p], i, g[p], First, row[i][p]);
      }
    }
    for (int p = 0; p < together; ++p) at.from[p] += lanes * C;
    at.in += lanes * job.cotangent.stride_x;
  }

  PPATCH_HD static void load_together(const S* from, T (&to)[together][C]) {
    struct alignas(together * sizeof(WholePixel<P>)) Pixels {
      S scalar[together * C];
    };
    const auto pixels = *reinterpret_cast<const Pixels*>(from);
    for (int p = 0; p < together; ++p) {
      for (int c = 0; c < C; ++c) to[p][c] = P::load(pixels.scalar[p * C + c]);
    }
  }

  // The row of number `at`, from its first sample on.
  PPATCH_HD static void filter(const S* from, const Weights& weights, int at, Column& kept) {
    T sample[Taps][C];
    for (int j = 0; j < Taps; ++j) load_whole<P>(from + j * C, sample[j]);
    for (int c = 0; c < C; ++c) {
      T row = T(0);
      for (int j = 0; j < Taps; ++j) row = next_sum(j, row, weights.weight_x[j], sample[j][c]);
      kept.value[at][c] = row;
      kept.slope[at][c] = slope_sum(weights.slope_x, [&](int j) { return sample[j][c]; });
    }
  }

  // What a pixel with the cotangent g adds to its row's sums; the row of number u is the first that
  // it needs. first: they begin with it.
  PPATCH_HD static void add_pixel(const Column& kept, const Weights& weights, int u, const T* g,
                                  bool first, T (&row)[Sums::quantities][C]) {
    for (int c = 0; c < C; ++c) {
      const T by_y =
          slope_sum(weights.slope_y, [&](int i) { return kept.value[(u + i) % Taps][c]; });
      T by_x = T(0);
      for (int i = 0; i < Taps; ++i) {
        by_x = next_sum(i, by_x, weights.weight_y[i], kept.slope[(u + i) % Taps][c]);
      }
      const auto add = [&](T& to, T term) { to = first ? term : to + term; };
      add(row[Sums::gradient_y][c], g[c] * by_y);
      add(row[Sums::gradient_x][c], g[c] * by_x);
      add(row[Sums::curvature_y][c], by_y * by_y);
      add(row[Sums::curvature_x][c], by_x * by_x);
    }
  }

  // Two taps have the slopes -1 and 1: what the sum gives is their difference, to the last bit.
  template <class Value>
  PPATCH_HD static T slope_sum(const T* slope, const Value& value) {
    if constexpr (Taps == 2) {
      return value(1) - value(0);
    } else {
      T sum = T(0);
      for (int j = 0; j < Taps; ++j) sum = next_sum(j, sum, slope[j], value(j));
      return sum;
    }
  }

  PPATCH_HD static void add_row(const T (&row)[Sums::quantities][C],
                                double (&total)[Sums::quantities][C]) {
    for (int n = 0; n < Sums::quantities; ++n) {
      for (int c = 0; c < C; ++c) total[n][c] += static_cast<double>(row[n][c]);
    }
  }

  // Any arrays and taps, pixel by pixel.
  PPATCH_HD void sum_any(const Patch& patch, int column,
                         double (&total)[Sums::quantities][C]) const {
    const PatchView& in = job.cotangent;
    const Samples<P> samples(job.problem, job.image, job.problem.image_of(patch.m, patch.k));
    const S* cotangent = patch.in;
    PPATCH_ROLLED
    for (std::int64_t r = 0; r < job.problem.height; ++r, cotangent += in.stride_y) {
      T row[Sums::quantities][C] = {};
      PPATCH_ROLLED
      for (std::int64_t q = column; q < job.problem.width; q += lanes) {
        T g[C];
        P::load(cotangent + q * in.stride_x, g);
        for (int c = 0; c < C; ++c) {
          T by_y = T(0);
          T by_x = T(0);
          slopes(samples, patch.taps, r, q, c, &by_y, &by_x);
          row[Sums::gradient_y][c] += g[c] * by_y;
          row[Sums::gradient_x][c] += g[c] * by_x;
          row[Sums::curvature_y][c] += by_y * by_y;
          row[Sums::curvature_x][c] += by_x * by_x;
        }
      }
      add_row(row, total);
    }
  }

  // What Samples::filtered gives for the slopes of y and those of x, each sample being read once.
  PPATCH_HD void slopes(const Samples<P>& samples, const PatchTaps<T>& taps, std::int64_t r,
                        std::int64_t q, int c, T* by_y, T* by_x) const {
    const AxisTaps<T>& y = taps.y;
    const AxisTaps<T>& x = taps.x;
    PPATCH_ROLLED
    for (int i = 0; i < y.count; ++i) {
      T row = T(0);
      T row_slope = T(0);
      for (int j = 0; j < x.count; ++j) {
        const T value = samples.pixel(y.start + r + i, x.start + q + j, c);
        row = next_sum(j, row, x.weight[j], value);
        row_slope = next_sum(j, row_slope, x.slope[j], value);
      }
      *by_y = next_sum(i, *by_y, y.slope[i], row);
      *by_x = next_sum(i, *by_x, y.weight[i], row_slope);
    }
  }

  PPATCH_HD void write(int quantity, const Patch& patch,
                       const double (&total)[Sums::quantities][Sums::lanes + 1]) const {
    if (!patch.exists) return;
    double sum = 0.0;
    for (int lane = 0; lane < Sums::lanes; ++lane) sum += total[quantity][lane];
    const bool is_gradient = quantity <= Sums::gradient_x;
    const bool by_y = quantity == Sums::gradient_y || quantity == Sums::curvature_y;
    const PositionResultView& to = is_gradient ? job.gradient : job.curvature;
    if (!to.data) return;
    *to.template at<S>(patch.m, patch.k, by_y ? job.axis_of_y : 1 - job.axis_of_y) =
        P::store(static_cast<T>(is_gradient ? job.direction * sum : sum));
  }
};

}  // namespace ppatch
