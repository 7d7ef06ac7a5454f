// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_GRADIENT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_GRADIENT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_GRADIENT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_GRADIENT_INL_HPP_
#endif

#include "cpu/patches/patch_rows-inl.hpp"
#include "kernels/patches/position_gradient.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

template <class T, int C>
HWY_INLINE void add_row(const T* HWY_RESTRICT cotangent, const T* HWY_RESTRICT by_y,
                        const T* HWY_RESTRICT by_x, std::int64_t scalars,
                        GradientSums<T, C>& sums) {
  constexpr int lanes = GradientSums<T, C>::lanes;
  std::int64_t i = 0;
  for (; i + lanes <= scalars; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      sums.add(lane, cotangent[i + lane], by_y[i + lane], by_x[i + lane]);
    }
  }
  for (int lane = 0; i < scalars; ++i, ++lane) sums.add(lane, cotangent[i], by_y[i], by_x[i]);
  sums.end_row();
}

template <class P>
void gradient_patch(const PositionGradient<P>& job, std::int64_t m, std::int64_t k,
                    const SlotScratch& scratch) {
  using T = typename P::Real;
  constexpr int C = P::components;
  const PatchProblem& problem = job.problem;
  const std::int64_t w = problem.width;
  const auto taps = gradient_patch_taps<T>(problem.interpolation, problem.origins[k]);
  const SampleRows<P> samples(problem, job.image, problem.image_of(m, k), taps.x, scratch.columns);
  PatchRows<P> rows_by_y(samples, taps, taps.x.weight, taps.y.slope, w, kept_row, scratch);
  PatchRows<P> rows_by_x(samples, taps, taps.x.slope, taps.y.weight, w, slope_row, scratch);
  GradientSums<T, C> sums;
  rows_by_y.seek(0);
  rows_by_x.seek(0);
  const RowsAt<T> by_y = rows_at<T>(scratch, value_row);
  const RowsAt<T> by_x = rows_at<T>(scratch, second_row);
  for (std::int64_t r = 0; r < problem.height; r += band_rows) {
    rows_by_y.next(by_y);
    rows_by_x.next(by_x);
    for (int g = 0; g < band_rows && r + g < problem.height; ++g) {
      const T* cotangent =
          contiguous_row<P>(job.cotangent.template at<typename P::Storage>(m, k, 0) +
                                (r + g) * job.cotangent.stride_y,
                            job.cotangent.stride_x, w, scratch.row<T>(cotangent_row));
      add_row<T, C>(cotangent, by_y[g], by_x[g], w * C, sums);
    }
  }
  job.write(m, k, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
