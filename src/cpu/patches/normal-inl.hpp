// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_NORMAL_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_NORMAL_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_NORMAL_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_NORMAL_INL_HPP_
#endif

#include "cpu/patches/cotangent-inl.hpp"
#include "cpu/patches/patch_rows-inl.hpp"
#include "kernels/patches/position_normal.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Calls body(lane, scalar) of a row, and ends the row.
template <class Sums, class Body>
HWY_INLINE void sum_row(std::int64_t scalars, Sums& sums, Body&& body) {
  constexpr int lanes = Sums::lanes;
  std::int64_t i = 0;
  for (; i + lanes <= scalars; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) body(lane, i + lane);
  }
  for (int lane = 0; i < scalars; ++i, ++lane) body(lane, i);
  sums.end_row();
}

template <class T, int C>
HWY_INLINE void add_weighted_row(const T* HWY_RESTRICT cotangent, const T* HWY_RESTRICT weight,
                                 const T* HWY_RESTRICT by_y, const T* HWY_RESTRICT by_x,
                                 std::int64_t scalars, NormalSums<T, C>& sums) {
  sum_row(scalars, sums, [&](int lane, std::int64_t i) HWY_ATTR {
    sums.add_weighted(lane, cotangent[i], weight[i / C], by_y[i], by_x[i]);
  });
}

template <class P>
void normal_patch(const PositionNormal<P>& job, std::int64_t m, std::int64_t k,
                  const SlotScratch& scratch) {
  using T = typename P::Real;
  constexpr int C = P::components;
  const PatchProblem& problem = job.waves.problem;
  const std::int64_t w = problem.width;
  const auto taps = gradient_patch_taps<T>(problem.interpolation, problem.origins[k]);
  const SampleRows<P> samples(problem, job.image, problem.image_of(m, k), taps.x, scratch.columns);
  PatchRows<P> rows_by_y(samples, taps, taps.x.weight, taps.y.slope, w, kept_row, scratch);
  PatchRows<P> rows_by_x(samples, taps, taps.x.slope, taps.y.weight, w, slope_row, scratch);
  const CotangentRows<P> cotangent_rows(job.waves, m, k, scratch);
  const WeightRows<P> weight_rows(job.waves, k);
  // Rows of their own: those that cotangents are made of are taken, and a band has no fifth one.
  T* const cotangent = scratch.row<T>(gathered_row);
  T* const weight = scratch.row<T>(weight_row);
  NormalSums<T, C> sums;
  rows_by_y.seek(0);
  rows_by_x.seek(0);
  const RowsAt<T> by_y = rows_at<T>(scratch, value_row);
  const RowsAt<T> by_x = rows_at<T>(scratch, derivative_row);
  for (std::int64_t r = 0; r < problem.height; r += band_rows) {
    rows_by_y.next(by_y);
    rows_by_x.next(by_x);
    for (int g = 0; g < band_rows && r + g < problem.height; ++g) {
      const T* const row = cotangent_rows.row(r + g, cotangent);
      add_weighted_row<T, C>(row, weight_rows.row(r + g, weight), by_y[g], by_x[g], w * C, sums);
    }
  }
  job.result.write(m, k, sums);
}

// Adds what one mode's wave gives where the probe's derivatives stand in rows of w pixels each.
template <class P>
void add_shifted_normal(const PatchProblem& problem, const ImageView& image,
                        const PatchView& cotangent, std::int64_t m, std::int64_t k,
                        std::int64_t mode, const typename P::Storage* probe_by_y,
                        const typename P::Storage* probe_by_x,
                        NormalSums<typename P::Real, P::components>& sums,
                        const SlotScratch& scratch) {
  using T = typename P::Real;
  using S = typename P::Storage;
  constexpr int C = P::components;
  const std::int64_t w = problem.width;
  const auto taps = sampling_patch_taps<T>(problem.interpolation, problem.origins[k]);
  const SampleRows<P> samples(problem, image, problem.image_of(m, k), taps.x, scratch.columns);
  PatchRows<P> rows(samples, taps, taps.x.weight, taps.y.weight, w, kept_row, scratch);
  rows.seek(0);
  const RowsAt<T> patch = rows_at<T>(scratch, value_row);
  const RowsAt<T> by_y = rows_at<T>(scratch, second_row);
  T* const by_x = scratch.row<T>(derivative_row);
  for (std::int64_t r = 0; r < problem.height; r += band_rows) {
    rows.next(patch);
    for (int g = 0; g < band_rows && r + g < problem.height; ++g) {
      const T* HWY_RESTRICT value = patch[g];
      const S* HWY_RESTRICT p_y = probe_by_y + (r + g) * w * C;
      const S* HWY_RESTRICT p_x = probe_by_x + (r + g) * w * C;
      T* HWY_RESTRICT to_y = by_y[g];
      T* HWY_RESTRICT to_x = by_x;
      for (std::int64_t q = 0; q < w; ++q) {
        T p[C];
        P::load(p_y + q * C, p);
        multiply<T, C>(p, value + q * C, to_y + q * C);
        P::load(p_x + q * C, p);
        multiply<T, C>(p, value + q * C, to_x + q * C);
      }
      const T* HWY_RESTRICT with =
          contiguous_row<P>(cotangent.template at<S>(m, k, mode) + (r + g) * cotangent.stride_y,
                            cotangent.stride_x, w, scratch.row<T>(cotangent_row));
      sum_row(w * C, sums, [&](int lane, std::int64_t i) HWY_ATTR {
        sums.add(lane, with[i], to_y[i], to_x[i]);
      });
    }
  }
}

// One mode's part of a patch's cotangent, rows of w pixels, and of its weights unless null: the
// probe stands in such rows too.
template <class P>
void add_shifted_cotangent(const PatchView& in, std::int64_t m, std::int64_t k, std::int64_t mode,
                           const typename P::Storage* probe, typename P::Storage* cotangent,
                           typename P::Storage* weight) {
  using T = typename P::Real;
  using S = typename P::Storage;
  constexpr int C = P::components;
  for (std::int64_t r = 0; r < in.height; ++r) {
    const S* HWY_RESTRICT wave = in.template at<S>(m, k, mode) + r * in.stride_y;
    const S* HWY_RESTRICT p_row = probe + r * in.width * C;
    S* HWY_RESTRICT to = cotangent + r * in.width * C;
    S* HWY_RESTRICT power = weight ? weight + r * in.width : nullptr;
    for (std::int64_t q = 0; q < in.width; ++q) {
      T p[C];
      T term[C];
      P::load(p_row + q * C, p);
      P::load(wave + q * in.stride_x, term);
      multiply_conjugate<T, C>(p, term, term);
      for (int c = 0; c < C; ++c) {
        to[q * C + c] = P::store(mode == 0 ? term[c] : P::load(to[q * C + c]) + term[c]);
      }
    }
    for (std::int64_t q = 0; q < in.width && power; ++q) {
      T p[C];
      P::load(p_row + q * C, p);
      const T term = squared_modulus<T, C>(p);
      power[q] = P::store(mode == 0 ? term : P::load(power[q]) + term);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
