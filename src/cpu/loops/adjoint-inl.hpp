// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_LOOPS_ADJOINT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_ADJOINT_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_ADJOINT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_ADJOINT_INL_HPP_
#endif

#include "cpu/axis_span.hpp"
#include "cpu/loops/rows-inl.hpp"
#include "cpu/slot_scratch.hpp"
#include "kernels/adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// The cotangent of a patch, a contiguous row at a time.
template <class T, int C>
class CotangentRows {
 public:
  static constexpr int components = C;

  CotangentRows(const AdjointPixel<T, C>& job, std::int64_t m, std::int64_t k,
                const SlotScratch& scratch)
      : job_(job), m_(m), k_(k), scratch_(scratch) {}

  const T* row(std::int64_t r, T* HWY_RESTRICT buffer) const {
    const PatchView& in = job_.in;
    const std::int64_t w = in.width;
    if (!job_.probe.data) {
      return contiguous_row<T, C>(in.template at<T>(m_, k_, 0) + r * in.stride_y, in.stride_x, w,
                                  buffer);
    }
    for (std::int64_t mode = 0; mode < in.modes; ++mode) {
      const T* HWY_RESTRICT wave =
          contiguous_row<T, C>(in.template at<T>(m_, k_, mode) + r * in.stride_y, in.stride_x, w,
                               scratch_.row<T>(cotangent_row));
      const T* HWY_RESTRICT probe =
          contiguous_row<T, C>(job_.probe.template at<T>(k_, mode) + r * job_.probe.stride_y,
                               job_.probe.stride_x, w, scratch_.row<T>(second_row));
      for (std::int64_t q = 0; q < w; ++q) {
        T term[C];
        multiply_conjugate<T, C>(probe + q * C, wave + q * C, term);
        for (int c = 0; c < C; ++c) {
          buffer[q * C + c] = mode == 0 ? term[c] : buffer[q * C + c] + term[c];
        }
      }
    }
    return buffer;
  }

 private:
  const AdjointPixel<T, C>& job_;
  std::int64_t m_, k_;
  const SlotScratch& scratch_;
};

// The weights that coverage sums, a row at a time.
template <class T, int C>
class WeightRows {
 public:
  static constexpr int components = 1;

  WeightRows(const AdjointPixel<T, C>& job, std::int64_t k) : job_(job), k_(k) {}

  const T* row(std::int64_t r, T* HWY_RESTRICT buffer) const {
    const ProbeView& probe = job_.probe;
    const std::int64_t w = job_.problem.width;
    if (!probe.data) {
      for (std::int64_t q = 0; q < w; ++q) buffer[q] = T(1);
      return buffer;
    }
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      const T* HWY_RESTRICT p = probe.template at<T>(k_, mode) + r * probe.stride_y;
      for (std::int64_t q = 0; q < w; ++q) {
        const T term = squared_modulus<T, C>(p + q * probe.stride_x);
        buffer[q] = mode == 0 ? term : buffer[q] + term;
      }
    }
    return buffer;
  }

 private:
  const AdjointPixel<T, C>& job_;
  std::int64_t k_;
};

// The part of a patch's extended rows that falls on a tile, spread along x: filtered[ex - begin] =
// sum_j weight[j] row[ex - j] for ex in [begin, end), pixels outside the patch being zero.
template <class T, int C>
struct RowSpread {
  const AxisTaps<T>& x;
  std::int64_t width, begin, end;
  // [inner, outer) needs no pixel outside the patch.
  std::int64_t inner, outer;

  HWY_INLINE RowSpread(const AxisTaps<T>& taps, std::int64_t patch_width, std::int64_t first,
                       std::int64_t last)
      : x(taps),
        width(patch_width),
        begin(first),
        end(last),
        inner(HWY_MIN(HWY_MAX(first, std::int64_t{taps.count} - 1), last)),
        outer(HWY_MAX(inner, HWY_MIN(last, patch_width))) {}

  HWY_INLINE void edges(const T* HWY_RESTRICT row, T* HWY_RESTRICT filtered) const {
    for (std::int64_t ex = begin; ex < end; ++ex) {
      if (ex == inner) ex = outer;
      if (ex == end) return;
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < x.count; ++j) {
          const std::int64_t q = ex - j;
          sum = next_sum(j, sum, x.weight[j], q >= 0 && q < width ? row[q * C + c] : T(0));
        }
        filtered[(ex - begin) * C + c] = sum;
      }
    }
  }

  HWY_INLINE void all(const T* HWY_RESTRICT row, T* HWY_RESTRICT filtered) const {
    edges(row, filtered);
    filter_row<T, -C>(x.count, x.weight, row + inner * C, filtered + (inner - begin) * C,
                      (outer - inner) * C);
  }

  // Spreads the row and adds what it and the older rows give: rows[0] is the newest.
  HWY_INLINE void all_and_add(const T* HWY_RESTRICT row, T* HWY_RESTRICT filtered,
                              const T* weight_y, const T* const* rows, T* HWY_RESTRICT sum) const {
    edges(row, filtered);
    const std::int64_t left = (inner - begin) * C;
    const std::int64_t right = (outer - begin) * C;
    const T* inner_rows[max_taps] = {};
    const T* outer_rows[max_taps] = {};
    for (int i = 0; i < x.count; ++i) {
      inner_rows[i] = rows[i] + left;
      outer_rows[i] = rows[i] + right;
    }
    combine_rows<T, true>(x.count, weight_y, rows, sum, left);
    filter_and_combine<T, -C, true, true>(x.count, x.weight, row + inner * C, filtered + left,
                                          weight_y, inner_rows, sum + left, right - left);
    combine_rows<T, true>(x.count, weight_y, outer_rows, sum + right, (end - begin) * C - right);
  }
};

// Adds the patch whose rows `source` gives to the part of the sum that the tile owns.
template <class T, class Source>
HWY_INLINE void add_to_tile(const Source& source, const PatchProblem& problem,
                            const PatchTaps<T>& taps, const ImageView& image, const Tile<T>& tile,
                            T* HWY_RESTRICT sum, const SlotScratch& scratch) {
  constexpr int C = Source::components;
  const AxisSpan y = axis_span(problem.boundary, taps.y.start, problem.height + taps.y.count - 1,
                               image.height, tile.y0, tile.y1);
  const AxisSpan x = axis_span(problem.boundary, taps.x.start, problem.width + taps.x.count - 1,
                               image.width, tile.x0, tile.x1);
  const std::int64_t pixels = x.end - x.begin;
  const std::int64_t tile_width = tile.x1 - tile.x0;
  if (y.begin >= y.end || pixels <= 0) return;
  for (std::int64_t ex = x.begin; ex < x.end && x.folded; ++ex) {
    scratch.columns[ex] = extended_index(problem.boundary, taps.x.start + ex, image.width);
  }
  T* zeros = scratch.row<T>(zero_row);
  for (std::int64_t i = 0; i < pixels * C; ++i) zeros[i] = T(0);

  const int ny = taps.y.count;
  const RowSpread<T, C> spread(taps.x, problem.width, x.begin, x.end);
  const T* rows[max_taps];  // of r, r - 1, ..
  T* keep[max_taps];
  for (int i = 0; i < max_taps; ++i) {
    rows[i] = zeros;
    keep[i] = scratch.row<T>(ring_row + i);
  }
  for (std::int64_t r = y.begin - (ny - 1); r < y.end; ++r) {
    T* filtered = keep[ny - 1];
    for (int i = ny - 1; i > 0; --i) {
      rows[i] = rows[i - 1];
      keep[i] = keep[i - 1];
    }
    keep[0] = filtered;
    const std::int64_t at = y.folded
                                ? extended_index(problem.boundary, taps.y.start + r, image.height)
                                : taps.y.start + r;
    const bool lands = r >= y.begin && at >= tile.y0 && at < tile.y1;
    T* to = sum + (at - tile.y0) * tile_width * C + (taps.x.start + x.begin - tile.x0) * C;
    rows[0] = zeros;
    if (r >= 0 && r < problem.height) {
      const T* row = source.row(r, taps.x.count == 1 ? filtered : scratch.row<T>(source_row));
      rows[0] = taps.x.count == 1 ? row + x.begin * C : filtered;
      if (taps.x.count > 1 && taps.x.count == ny && lands && !x.folded) {
        spread.all_and_add(row, filtered, taps.y.weight, rows, to);
        continue;
      }
      if (taps.x.count > 1) spread.all(row, filtered);
    }
    if (!lands) continue;
    if (!x.folded) {
      combine_rows<T, true>(ny, taps.y.weight, rows, to, pixels * C);
      continue;
    }
    T* HWY_RESTRICT value = scratch.row<T>(value_row);
    combine_rows<T, false>(ny, taps.y.weight, rows, value, pixels * C);
    to = sum + (at - tile.y0) * tile_width * C;
    for (std::int64_t ex = x.begin; ex < x.end; ++ex) {
      const std::int64_t column = scratch.columns[ex];
      if (column < tile.x0 || column >= tile.x1) continue;
      for (int c = 0; c < C; ++c) {
        to[(column - tile.x0) * C + c] += value[(ex - x.begin) * C + c];
      }
    }
  }
}

template <class T, int C>
void adjoint_patch(const AdjointPixel<T, C>& job, const ImageView& image, std::int64_t m,
                   std::int64_t k, const Tile<T>& tile, const SlotScratch& scratch) {
  const PatchTaps<T> taps = job.taps(k);
  add_to_tile<T>(CotangentRows<T, C>(job, m, k, scratch), job.problem, taps, image, tile,
                 tile.image, scratch);
  if (tile.coverage) {
    add_to_tile<T>(WeightRows<T, C>(job, k), job.problem, taps, image, tile, tile.coverage,
                   scratch);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
