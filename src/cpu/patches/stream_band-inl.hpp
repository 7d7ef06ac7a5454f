// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_STREAM_BAND_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_STREAM_BAND_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_STREAM_BAND_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_STREAM_BAND_INL_HPP_
#endif

#include <cstdint>

#include "cpu/patches/row_lines-inl.hpp"
#include "cpu/patches/rows-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// A cache line of each of a band's rows, from scalar i on.
template <class T, int Step, int X, int Y>
HWY_INLINE void sample_lines(const Weights<T, X>& x, const Weights<T, Y>& y,
                             const EvenBand<T>& band, std::int64_t i,
                             T (*HWY_RESTRICT value)[line_scalars<T>]) {
  PPATCH_INDEPENDENT
  for (std::int64_t l = 0; l < line_scalars<T>; ++l) {
    T row[Y - 1 + band_rows];
    filter_band<T, Step, X, Y>(x, band, i + l, row);
    for (int g = 0; g < band_rows; ++g) value[g][l] = weighted_sum(Y, y.w, row + g, 1);
    keep_rows<T, Y>(band, i + l, row);
  }
}

// What the next band reads of a row of n scalars, `ahead` scalars further on, is prefetched while
// this one is worked on, where rows are too short for the processor to follow. Where they are not,
// stores past the caches need the buffers that it would take.
template <class T>
class NextBand {
 public:
  NextBand(std::int64_t n, std::int64_t ahead)
      : prefetches_(n <= max_lines * line_scalars<T>), ahead_(ahead) {}

  HWY_INLINE void prefetch(const RowsAt<const T>& in, std::int64_t i) const {
    if (!prefetches_) return;
    for (int g = 0; g < band_rows; ++g) __builtin_prefetch(in[g] + i + ahead_);
  }

 private:
  static constexpr std::int64_t max_lines = 8;  // of a row that the processor does not follow

  bool prefetches_;
  std::int64_t ahead_;
};

// Rows of patches past the caches, for rows that are whole cache lines.
template <class T, int Step, int X, int Y>
HWY_NOINLINE void stream_band(const T* weight_x, const T* weight_y, RowsAt<const T> in,
                              RowsAt<T> kept, RowsAt<T> out, std::int64_t n, std::int64_t ahead) {
  const EvenBand<T> band{in, kept, out};
  constexpr std::int64_t line = line_scalars<T>;
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const Weights<T, X> x(weight_x);
  const Weights<T, Y> y(weight_y);
  const NextBand<T> next(n, ahead);
  for (std::int64_t i = 0; i < n; i += line) {
    next.prefetch(band.in, i);
    alignas(64) T value[band_rows][line];
    sample_lines<T, Step, X, Y>(x, y, band, i, value);
    for (int g = 0; g < band_rows; ++g) {
      for (std::int64_t l = 0; l < line; l += vector_lanes<T>) {
        hwy::HWY_NAMESPACE::Stream(hwy::HWY_NAMESPACE::Load(d, value[g] + l), d,
                                   band.out[g] + i + l);
      }
    }
  }
}

#if PPATCH_HAS_ROW_LINES

// The same for rows of as many scalars as whole lines have that follow one another in memory but do
// not begin at a line: a line is put together of two of a row's, or of the end of the row before
// and the begin of the next. carried: the line's worth of scalars before the band, and then the
// band's last one. Of the patch's first line only its own scalars are stored.
template <class T, int Step, int X, int Y>
HWY_NOINLINE void stream_band_across(const T* weight_x, const T* weight_y, RowsAt<const T> in,
                                     RowsAt<T> kept, RowsAt<T> out, std::int64_t n,
                                     std::int64_t ahead, bool first, T* carried) {
  const EvenBand<T> band{in, kept, out};
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr std::int64_t line = line_scalars<T>;
  const hn::ScalableTag<T> d;
  const Weights<T, X> x(weight_x);
  const Weights<T, Y> y(weight_y);
  const NextBand<T> next(n, ahead);
  const std::int64_t skipped = lane_of(band.out[0]);
  const LanesFrom<T> across(line - skipped);
  LineVector<T> begins[band_rows], before[band_rows];
  for (std::int64_t i = 0; i < n; i += line) {
    next.prefetch(band.in, i);
    alignas(64) T value[band_rows][line];
    sample_lines<T, Step, X, Y>(x, y, band, i, value);
    for (int g = 0; g < band_rows; ++g) {
      const auto now = hn::Load(d, value[g]);
      if (i == 0) {
        begins[g] = now;
      } else {
        hn::Stream(across.of(before[g], now), d, band.out[g] + i - skipped);
      }
      before[g] = now;
    }
  }
  auto end = hn::Load(d, carried);
  for (int g = 0; g < band_rows; ++g) {
    const auto whole = across.of(end, begins[g]);
    if (first && g == 0) {
      hn::BlendedStore(whole, part_of_vector<T>(0, skipped, line), d, band.out[g] - skipped);
    } else {
      hn::Stream(whole, d, band.out[g] - skipped);
    }
    end = before[g];
  }
  hn::Store(end, d, carried);
}

// The last line of such rows, whose last scalar comes before `to`.
template <class T>
HWY_NOINLINE void finish_across(const T* carried, T* to) {
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr std::int64_t line = line_scalars<T>;
  const hn::ScalableTag<T> d;
  const std::int64_t skipped = lane_of(to);
  const LanesFrom<T> across(line - skipped);
  hn::BlendedStore(across.of(hn::Load(d, carried), hn::Zero(d)), part_of_vector<T>(0, 0, skipped),
                   d, to - skipped);
}

#endif  // PPATCH_HAS_ROW_LINES

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
