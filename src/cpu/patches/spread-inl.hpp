// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_SPREAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_SPREAD_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_SPREAD_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_SPREAD_INL_HPP_
#endif

#include "cpu/patches/lines_ahead-inl.hpp"
#include "cpu/patches/rows-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Where a row of a patch falls on a row of sums, in scalars of the latter: whole vectors over
// [begin, end), of which [first, last) belong to the patch. Tap j of scalar i weighs scalar i - j
// Step of the row, which is there in [row_begin, row_end); for [inner, outer) nothing is missing.
struct RowSpan {
  std::int64_t begin, inner, outer, end;
  std::int64_t first, last;
  std::int64_t row_begin, row_end;
};

// A vector's worth of scalars from i on of a row that is there in [begin, end), zeros elsewhere.
template <class T>
HWY_INLINE void load_part(const T* row, std::int64_t i, std::int64_t begin, std::int64_t end,
                          T* to) {
#if HWY_TARGET <= HWY_AVX2
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const auto there = part_of_vector<T>(i, begin, end);
  hwy::HWY_NAMESPACE::Store(hwy::HWY_NAMESPACE::MaskedLoad(there, d, row + i), d, to);
#else
  // Masked loads of these targets touch what is masked.
  for (std::int64_t l = 0; l < vector_lanes<T>; ++l) {
    to[l] = i + l >= begin && i + l < end ? row[i + l] : T(0);
  }
#endif
}

// The vector that follows v of those that the patch does not fill.
template <class T>
HWY_INLINE std::int64_t next_end(const RowSpan& span, std::int64_t v) {
  const std::int64_t next = v + vector_lanes<T>;
  return next == span.inner ? span.outer : next;
}

template <class T>
HWY_INLINE std::int64_t first_end(const RowSpan& span) {
  return span.begin == span.inner ? span.outer : span.begin;
}

// A row of the patch, filtered along x.
template <class T, int Step, int X>
HWY_NOINLINE void filter_row(const T* weight_x, const T* in, const RowSpan& span, T* out) {
  const Weights<T, X> x(weight_x);
  PPATCH_INDEPENDENT
  for (std::int64_t i = span.inner; i < span.outer; ++i)
    out[i] = weighted_sum(X, x.w, in + i, -Step);
  for (std::int64_t v = first_end<T>(span); v < span.end; v = next_end<T>(span, v)) {
    alignas(64) T value[X][vector_lanes<T>];
    for (int j = 0; j < X; ++j) {
      load_part(in, v - j * Step, span.row_begin, span.row_end, value[j]);
    }
    PPATCH_INDEPENDENT
    for (std::int64_t l = 0; l < vector_lanes<T>; ++l) {
      out[v + l] = weighted_sum(X, x.w, value[0] + l, vector_lanes<T>);
    }
  }
}

// spread_bands for one vector, from scalar v on, that the patch does not fill.
template <class T, int Step, int X, int Y>
HWY_INLINE void spread_end(const Weights<T, X>& x, const Weights<T, Y>& y, const Band<T>& band,
                           const RowSpan& span, std::int64_t v) {
  constexpr std::int64_t lanes = vector_lanes<T>;
  alignas(64) T value[band_rows][X][lanes];
  alignas(64) T term[band_rows][lanes];
  for (int g = 0; g < band_rows; ++g) {
    for (int j = 0; j < X; ++j) {
      load_part(band.in[g], v - j * Step, span.row_begin, span.row_end, value[g][j]);
    }
  }
  PPATCH_INDEPENDENT
  for (std::int64_t l = 0; l < lanes; ++l) {
    T row[Y - 1 + band_rows];
    for (int j = 0; j < Y - 1; ++j) row[j] = band.kept[j][v + l];
    for (int g = 0; g < band_rows; ++g) {
      row[Y - 1 + g] = weighted_sum(X, x.w, value[g][0] + l, lanes);
    }
    for (int g = 0; g < band_rows; ++g) {
      term[g][l] = weighted_sum(Y, y.w, row + Y - 1 + g, -1);
    }
    keep_rows<T, Y>(band, v + l, row);
  }
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const auto ours = part_of_vector<T>(v, span.first, span.last);
  // One after the other: folded rows may be the same row of sums.
  for (int g = 0; g < band_rows; ++g) {
    T* out = band.out[g] + v;
    alignas(64) T sum[lanes];
    for (std::int64_t l = 0; l < lanes; ++l) sum[l] = out[l] + term[g][l];
    hwy::HWY_NAMESPACE::StoreU(
        hwy::HWY_NAMESPACE::IfThenElse(ours, hwy::HWY_NAMESPACE::Load(d, sum),
                                       hwy::HWY_NAMESPACE::LoadU(d, out)),
        d, out);
  }
}

// Bands of a patch whose rows follow one another at equal steps, in scalars.
struct BandRun {
  std::int64_t count = 1;
  std::int64_t in_step = 0, out_step = 0;  // from row to row
};

// Adds what bands of patch rows give to as many rows of sums, and meanwhile prefetches what comes
// next; the band moves on. Nothing is copied here: vectors of what was just written piece by piece
// would wait for all stores before them.
template <class T, int Step, int X, int Y, class Ahead>
HWY_NOINLINE void spread_bands(const T* weight_x, const T* weight_y, Band<T>& band,
                               const BandRun& run, const RowSpan& span, Ahead& ahead) {
  constexpr std::int64_t lanes = vector_lanes<T>;
  const Weights<T, X> x(weight_x);
  const Weights<T, Y> y(weight_y);
  LinesAhead& lines = ahead.lines;
  for (std::int64_t b = 0; b < run.count; ++b) {
    if (lines.done()) lines = ahead.next();
    for (std::int64_t v = span.inner; v < span.outer; v += lanes) {
      if (v % line_scalars<T> == 0) lines.prefetch<band_rows>();
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
    for (std::int64_t v = first_end<T>(span); v < span.end; v = next_end<T>(span, v)) {
      if (v % line_scalars<T> == 0) lines.prefetch<band_rows>();
      spread_end<T, Step, X, Y>(x, y, band, span, v);
    }
    for (int g = 0; g < band_rows; ++g) {
      band.in[g] += band_rows * run.in_step;
      band.out[g] += band_rows * run.out_step;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
