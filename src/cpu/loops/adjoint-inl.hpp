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

// The cotangent of a patch, a row at a time.
template <class T, int C>
class CotangentRows {
 public:
  static constexpr int components = C;

  CotangentRows(const AdjointPixel<T, C>& job, std::int64_t m, std::int64_t k,
                const SlotScratch& scratch)
      : job_(job), m_(m), k_(k), scratch_(scratch) {}

  // Row r where it is read in place, else null.
  const T* in_place(std::int64_t r) const {
    const PatchView& in = job_.in;
    if (job_.probe.data || in.stride_x != C || r < 0 || r >= in.height) return nullptr;
    return in.template at<T>(m_, k_, 0) + r * in.stride_y;
  }

  const T* row(std::int64_t r, T* HWY_RESTRICT to) const {
    const PatchView& in = job_.in;
    const std::int64_t w = in.width;
    if (!job_.probe.data) {
      return contiguous_row<T, C>(in.template at<T>(m_, k_, 0) + r * in.stride_y, in.stride_x, w,
                                  to);
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
          to[q * C + c] = mode == 0 ? term[c] : to[q * C + c] + term[c];
        }
      }
    }
    return to;
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

  const T* in_place(std::int64_t) const { return nullptr; }

  const T* row(std::int64_t r, T* HWY_RESTRICT to) const {
    const ProbeView& probe = job_.probe;
    const std::int64_t w = job_.problem.width;
    if (!probe.data) {
      for (std::int64_t q = 0; q < w; ++q) to[q] = T(1);
      return to;
    }
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      const T* HWY_RESTRICT p = probe.template at<T>(k_, mode) + r * probe.stride_y;
      for (std::int64_t q = 0; q < w; ++q) {
        const T term = squared_modulus<T, C>(p + q * probe.stride_x);
        to[q] = mode == 0 ? term : to[q] + term;
      }
    }
    return to;
  }

 private:
  const AdjointPixel<T, C>& job_;
  std::int64_t k_;
};

// Where a row of a patch falls on a row of sums, in scalars of the latter: whole vectors over
// [begin, end), of which [first, last) belong to the patch. Tap j of scalar i weighs scalar i - j
// Step of the row, which is there in [row_begin, row_end); for [inner, outer) nothing is missing.
struct RowSpan {
  std::int64_t begin, inner, outer, end;
  std::int64_t first, last;
  std::int64_t row_begin, row_end;
};

// The footprint's rows at scalar i, what is missing being zero.
template <class T, int Step, int X, int Y>
HWY_INLINE void filter_band_end(const Weights<T, X>& x, const Band<T>& band, std::int64_t i,
                                const RowSpan& span, T* rows) {
  for (int j = 0; j < Y - 1; ++j) rows[j] = band.kept[j][i];
  for (int g = 0; g < band_rows; ++g) {
    T value[X];
    for (int j = 0; j < X; ++j) {
      const std::int64_t at = i - j * Step;
      value[j] = at >= span.row_begin && at < span.row_end ? band.in[g][at] : T(0);
    }
    rows[Y - 1 + g] = weighted_sum(X, x.w, value, 1);
  }
}

// Adds what a band of patch rows gives to as many rows of sums. Meanwhile as much is fetched from
// `ahead` on, line after line: the rows that come next, which would otherwise be waited for.
template <class T, int Step, int X, int Y>
HWY_NOINLINE void spread_band(const T* weight_x, const T* weight_y, const Band<T>& rows,
                              const RowSpan& span, const T* ahead) {
  constexpr auto lanes =
      static_cast<std::int64_t>(hwy::HWY_NAMESPACE::MaxLanes(hwy::HWY_NAMESPACE::ScalableTag<T>()));
  constexpr std::int64_t line = 64 / sizeof(T);
  const Weights<T, X> x(weight_x);
  const Weights<T, Y> y(weight_y);
  const Band<T> band = rows;
  const RowSpan at = span;
  for (std::int64_t v = at.inner; v < at.outer; v += lanes) {
    if (v % line == 0) {
      const T* from = ahead + (v - at.inner) * band_rows;
      for (int g = 0; g < band_rows; ++g) __builtin_prefetch(from + g * line, 0, 2);
    }
    PPATCH_INDEPENDENT
    for (std::int64_t i = v; i < v + lanes; ++i) {
      T row[Y - 1 + band_rows];
      filter_band<T, -Step, X, Y>(x, band, i, row);
      for (int g = 0; g < band_rows; ++g) {
        band.out[g][i] += weighted_sum(Y, y.w, row + Y - 1 + g, -1);
      }
      keep_rows<T, Y>(band, i, row);
    }
  }
  for (std::int64_t v = at.begin; v < at.end; v += lanes) {
    if (v == at.inner) v = at.outer;
    if (v == at.end) return;
    PPATCH_INDEPENDENT
    for (std::int64_t i = v; i < v + lanes; ++i) {
      T row[Y - 1 + band_rows];
      filter_band_end<T, Step, X, Y>(x, band, i, at, row);
      for (int g = 0; g < band_rows; ++g) {
        const T sum = band.out[g][i] + weighted_sum(Y, y.w, row + Y - 1 + g, -1);
        band.out[g][i] = i >= at.first && i < at.last ? sum : band.out[g][i];
      }
      keep_rows<T, Y>(band, i, row);
    }
  }
}

// Adds the patch whose rows `source` gives to the part of the sum that the tile owns. next_row(n)
// is where row n will be read of what is added after it, or null.
template <class T, class Source, class NextRow>
HWY_INLINE void add_to_tile(const Source& source, const PatchProblem& problem,
                            const PatchTaps<T>& taps, const ImageView& image, const Tile<T>& tile,
                            T* HWY_RESTRICT sum, const SlotScratch& scratch,
                            const NextRow& next_row) {
  constexpr int C = Source::components;
  constexpr auto lanes =
      static_cast<std::int64_t>(hwy::HWY_NAMESPACE::MaxLanes(hwy::HWY_NAMESPACE::ScalableTag<T>()));
  const std::int64_t w = problem.width;
  const AxisSpan y = axis_span(problem.boundary, taps.y.start, problem.height + taps.y.count - 1,
                               image.height, tile.y0, tile.y1);
  const AxisSpan x = axis_span(problem.boundary, taps.x.start, w + taps.x.count - 1, image.width,
                               tile.x0, tile.x1);
  if (y.begin >= y.end || x.begin >= x.end) return;
  for (std::int64_t ex = x.begin; ex < x.end && x.folded; ++ex) {
    scratch.columns[ex] = extended_index(problem.boundary, taps.x.start + ex, image.width);
  }
  RowSpan span;
  span.first = x.folded ? 0 : (taps.x.start + x.begin - tile.x0) * C;
  span.last = span.first + (x.end - x.begin) * C;
  span.row_begin = span.first - x.begin * C;
  span.row_end = span.row_begin + w * C;
  span.begin = span.first / lanes * lanes;
  span.end = (span.last + lanes - 1) / lanes * lanes;
  const std::int64_t complete = HWY_MAX(span.first, span.row_begin + (taps.x.count - 1) * C);
  span.inner = HWY_MIN((complete + lanes - 1) / lanes * lanes, span.end);
  span.outer = HWY_MAX(span.inner, HWY_MIN(span.last, span.row_end) / lanes * lanes);
  const std::int64_t stride = tile.template stride<C>();

  T* zeros = scratch.row<T>(zero_row);
  for (std::int64_t i = 0; i < w * C && y.end > problem.height; ++i) zeros[i] = T(0);
  Band<T> band = {};
  for (int j = 0; j + 1 < taps.y.count; ++j) {
    band.kept[j] = scratch.row<T>(kept_row + j) - span.begin;
    for (std::int64_t i = span.begin; i < span.end; ++i) band.kept[j][i] = T(0);
  }

  const std::int64_t rows_end = HWY_MIN(y.end, problem.height);
  const std::int64_t first_row = HWY_MAX(y.begin - (taps.y.count - 1), std::int64_t{0});
  for (std::int64_t r = first_row; r < y.end; r += band_rows) {
    std::int64_t at[band_rows];
    for (int g = 0; g < band_rows; ++g) {
      const std::int64_t row = r + g;
      const std::int64_t from = taps.y.start + row;
      at[g] = y.folded ? extended_index(problem.boundary, from, image.height) : from;
      if (row < y.begin || row >= y.end || at[g] < tile.y0 || at[g] >= tile.y1) at[g] = -1;
      if (x.folded) {
        // Minus zero changes nothing that is added to it.
        band.out[g] = scratch.row<T>(value_row + g) - span.begin;
        for (std::int64_t i = span.begin; i < span.end; ++i) band.out[g][i] = T(-0.0);
      } else {
        band.out[g] =
            at[g] < 0 ? scratch.row<T>(spare_row) - span.begin : sum + (at[g] - tile.y0) * stride;
      }
      const bool there = row < rows_end;
      band.in[g] =
          (there ? source.row(row, scratch.row<T>(source_row + g)) : zeros) - span.row_begin;
    }
    const std::int64_t later = r + band_rows + 1;
    const T* ahead = later < rows_end ? source.in_place(later) : next_row(later - rows_end);
    if (!ahead) ahead = zeros;
    with_taps(taps.x.count, taps.y.count, [&](auto nx, auto ny) HWY_ATTR {
      spread_band<T, C, nx(), ny()>(taps.x.weight, taps.y.weight, band, span, ahead);
    });
    for (int g = 0; g < band_rows && x.folded; ++g) {
      if (at[g] < 0) continue;
      T* to = sum + (at[g] - tile.y0) * stride;
      const T* value = scratch.row<T>(value_row + g);
      for (std::int64_t ex = x.begin; ex < x.end; ++ex) {
        const std::int64_t column = scratch.columns[ex];
        if (column < tile.x0 || column >= tile.x1) continue;
        for (int c = 0; c < C; ++c) {
          to[(column - tile.x0) * C + c] += value[(ex - x.begin) * C + c];
        }
      }
    }
  }
}

template <class T, int C>
void adjoint_patch(const AdjointPixel<T, C>& job, const ImageView& image, std::int64_t m,
                   std::int64_t k, std::int64_t next, const Tile<T>& tile,
                   const SlotScratch& scratch) {
  const PatchTaps<T> taps = job.taps(k);
  const CotangentRows<T, C> next_rows(job, m, next, scratch);
  add_to_tile<T>(CotangentRows<T, C>(job, m, k, scratch), job.problem, taps, image, tile,
                 tile.image, scratch, [&](std::int64_t n) {
                   if (next < 0) return static_cast<const T*>(nullptr);
                   const std::int64_t first = tile.y0 - job.problem.origins[next].y;
                   return next_rows.in_place(HWY_MAX(first, 0) + n);
                 });
  if (tile.coverage) {
    add_to_tile<T>(WeightRows<T, C>(job, k), job.problem, taps, image, tile, tile.coverage, scratch,
                   [](std::int64_t) { return static_cast<const T*>(nullptr); });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
