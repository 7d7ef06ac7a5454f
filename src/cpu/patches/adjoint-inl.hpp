// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_ADJOINT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_ADJOINT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_ADJOINT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_ADJOINT_INL_HPP_
#endif

#include <cstddef>

#include "cpu/patches/axis_span.hpp"
#include "cpu/patches/cotangent-inl.hpp"
#include "cpu/patches/patches_ahead-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "cpu/patches/spread-inl.hpp"
#include "cpu/patches/spread_lines-inl.hpp"
#include "kernels/patches/adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Where columns [x.begin, x.end) of a patch's footprint fall on the rows of a tile, or, folded at
// the boundary, on rows of their own.
template <class T, int C>
RowSpan row_span(const AxisSpan& x, const AxisTaps<T>& taps, std::int64_t width,
                 const Tile<T>& tile) {
  constexpr std::int64_t lanes = vector_lanes<T>;
  RowSpan span;
  span.first = x.folded ? 0 : (taps.start + x.begin - tile.x0) * C;
  span.last = span.first + (x.end - x.begin) * C;
  span.row_begin = span.first - x.begin * C;
  span.row_end = span.row_begin + width * C;
  span.begin = span.first / lanes * lanes;
  span.end = (span.last + lanes - 1) / lanes * lanes;
  const std::int64_t complete = HWY_MAX(span.first, span.row_begin + (taps.count - 1) * C);
  span.inner = HWY_MIN((complete + lanes - 1) / lanes * lanes, span.end);
  span.outer = HWY_MAX(span.inner, HWY_MIN(span.last, span.row_end) / lanes * lanes);
  return span;
}

#if PPATCH_HAS_ROW_LINES

// What add_to_tile does, where rows can be put together from their own lines; or false.
template <class T, class Source, class Ahead>
HWY_INLINE bool add_by_lines(const Source& source, std::int64_t h, const PatchTaps<T>& taps,
                             const AxisSpan& y, const AxisSpan& x, const RowSpan& span,
                             const Tile<T>& tile, T* sum, const SlotScratch& scratch,
                             Ahead& ahead) {
  bool done = false;
  constexpr int C = Source::components;
  const std::int64_t in_step = source.row_stride();
  if (!source.in_place() || in_step % vector_lanes<T> != 0 || x.folded || y.folded) return false;
  const T* in = source.row(0, nullptr) + y.begin * in_step - span.row_begin;
  const std::int64_t stride = tile.template stride<C>();
  const std::int64_t rows = HWY_MAX(0, HWY_MIN(y.end, h) - y.begin);
  with_taps(taps.x.count, taps.y.count, [&](auto nx, auto ny) HWY_ATTR {
    if constexpr (nx() <= 2 && ny() <= 2) {
      const LineSpreader<T, C, nx(), ny()> lines(taps.x.weight, taps.y.weight, span, in);
      if (!lines.possible()) return;
      lines.add(in, in_step, y.begin > 0, sum + (taps.y.start + y.begin - tile.y0) * stride, stride,
                rows, y.end - y.begin - rows, scratch.row<T>(kept_row) - span.begin, ahead);
      done = true;
    }
  });
  return done;
}

#endif

// Adds the patch whose rows `source` gives to the part of the sum that the tile owns.
template <class T, class Source, class Ahead>
HWY_INLINE void add_to_tile(const Source& source, const PatchProblem& problem,
                            const PatchTaps<T>& taps, const ImageView& image, const Tile<T>& tile,
                            T* HWY_RESTRICT sum, const SlotScratch& scratch, Ahead& ahead) {
  constexpr int C = Source::components;
  const std::int64_t h = problem.height;
  const std::int64_t w = problem.width;
  const AxisSpan y = axis_span(problem.boundary, taps.y.start, h + taps.y.count - 1, image.height,
                               tile.y0, tile.y1);
  const AxisSpan x = axis_span(problem.boundary, taps.x.start, w + taps.x.count - 1, image.width,
                               tile.x0, tile.x1);
  if (y.begin >= y.end || x.begin >= x.end) return;
  for (std::int64_t ex = x.begin; ex < x.end && x.folded; ++ex) {
    scratch.columns[ex] = extended_index(problem.boundary, taps.x.start + ex, image.width);
  }
  const RowSpan span = row_span<T, C>(x, taps.x, w, tile);
  const std::int64_t stride = tile.template stride<C>();

#if PPATCH_HAS_ROW_LINES
  if (add_by_lines<T>(source, h, taps, y, x, span, tile, sum, scratch, ahead)) return;
#endif
  T* zeros = scratch.row<T>(zero_row);
  for (std::int64_t i = 0; i < w * C && y.end > h; ++i) zeros[i] = T(0);
  Band<T> band = {};
  for (int j = 0; j + 1 < taps.y.count; ++j) {
    band.kept[j] = scratch.row<T>(kept_row + j) - span.begin;
    const std::int64_t row = y.begin - (taps.y.count - 1) + j;
    if (row >= 0 && row < h) {
      const T* in = source.row(row, scratch.row<T>(source_row)) - span.row_begin;
      with_taps(taps.x.count, 1, [&](auto nx, auto) HWY_ATTR {
        filter_row<T, C, nx()>(taps.x.weight, in, span, band.kept[j]);
      });
    } else {
      for (std::int64_t i = span.begin; i < span.end; ++i) band.kept[j][i] = T(0);
    }
  }

  std::int64_t r = y.begin;
  while (r < y.end) {
    std::int64_t at[band_rows];
    for (int g = 0; g < band_rows; ++g) {
      const std::int64_t row = r + g;
      const std::int64_t from = taps.y.start + row;
      at[g] = y.folded ? extended_index(problem.boundary, from, image.height) : from;
      if (row >= y.end || at[g] < tile.y0 || at[g] >= tile.y1) at[g] = -1;
      if (x.folded) {
        // Minus zero changes nothing that is added to it.
        band.out[g] = scratch.row<T>(value_row + g) - span.begin;
        for (std::int64_t i = span.begin; i < span.end; ++i) band.out[g][i] = T(-0.0);
      } else {
        band.out[g] =
            at[g] < 0 ? scratch.row<T>(spare_row) - span.begin : sum + (at[g] - tile.y0) * stride;
      }
      band.in[g] =
          (row < h ? source.row(row, scratch.row<T>(source_row + g)) : zeros) - span.row_begin;
    }
    BandRun run;
    if (source.in_place() && !x.folded && !y.folded) {
      run.count = HWY_MAX((HWY_MIN(y.end, h) - r) / band_rows, 1);
      run.in_step = source.row_stride();
      run.out_step = stride;
    }
    with_taps(taps.x.count, taps.y.count, [&](auto nx, auto ny) HWY_ATTR {
      spread_bands<T, C, nx(), ny()>(taps.x.weight, taps.y.weight, band, run, span, ahead);
    });
    r += run.count * band_rows;
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

template <class P>
void adjoint_tile(const AdjointPixel<P>& job, const ImageView& image, const TilePatches& patches,
                  const Tile<typename P::Real>& tile, const SlotScratch& scratch) {
  using T = typename P::Real;
  PatchesAhead<P> ahead(job, patches, tile);
  for (std::size_t i = 0; i < patches.numbers.size(); ++i) {
    const std::int64_t k = patches.number(i);
    if (job.problem.image_of(patches.image, k) != patches.image) continue;
    ahead.begin(i);
    const PatchTaps<T> taps = job.taps(k);
    add_to_tile<T>(CotangentRows<P>(job, patches.wave, k, scratch), job.problem, taps, image, tile,
                   tile.image, scratch, ahead);
    if (tile.coverage) {
      NothingAhead nothing;
      add_to_tile<T>(WeightRows<P>(job, k), job.problem, taps, image, tile, tile.coverage, scratch,
                     nothing);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
