// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_PROBE_ADJOINT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_PROBE_ADJOINT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_PROBE_ADJOINT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_PROBE_ADJOINT_INL_HPP_
#endif

#include "cpu/patches/lines_ahead-inl.hpp"
#include "cpu/patches/patch_rows-inl.hpp"
#include "kernels/patches/probe_adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// The rows [r0, r1) of the wave of position k, which will be read soon; none where they are not
// contiguous.
template <class P>
RowsAhead wave_rows_ahead(const PatchView& waves, std::int64_t m, std::int64_t k, std::int64_t mode,
                          std::int64_t r0, std::int64_t r1) {
  using S = typename P::Storage;
  constexpr int C = P::components;
  if (k >= waves.count || waves.stride_x != C || waves.stride_y < waves.width * C) return {};
  constexpr auto size = static_cast<std::int64_t>(sizeof(S));
  return {waves.template at<S>(m, k, mode) + r0 * waves.stride_y, r1 - r0, waves.width * C * size,
          waves.stride_y * size};
}

template <class P>
void probe_adjoint_rows(const ProbeAdjointPixel<P>& job, std::int64_t m, std::int64_t k,
                        std::int64_t mode, std::int64_t r0, std::int64_t r1,
                        typename P::Real* HWY_RESTRICT sum, const SlotScratch& scratch) {
  using T = typename P::Real;
  constexpr int C = P::components;
  const PatchProblem& problem = job.problem;
  const std::int64_t w = problem.width;
  const auto taps = sampling_patch_taps<T>(problem.interpolation, problem.origins[k]);
  const SampleRows<P> samples(problem, job.image, problem.image_of(m, k), taps.x, scratch.columns);
  PatchRows<P> rows(samples, taps, taps.x.weight, taps.y.weight, w, kept_row, scratch);
  rows.seek(r0);
  const RowsAt<T> patch = rows_at<T>(scratch, value_row);
  RowsAhead ahead = wave_rows_ahead<P>(job.waves, m, k + 1, mode, r0, r1);
  const std::int64_t lines_a_row = (ahead.count() + r1 - r0 - 1) / (r1 - r0);
  for (std::int64_t r = r0; r < r1; r += band_rows) {
    rows.next(patch);
    for (int g = 0; g < band_rows && r + g < r1; ++g) {
      const T* HWY_RESTRICT value = patch[g];
      const T* HWY_RESTRICT wave = contiguous_row<P>(
          job.waves.template at<typename P::Storage>(m, k, mode) + (r + g) * job.waves.stride_y,
          job.waves.stride_x, w, scratch.row<T>(cotangent_row));
      prefetch(ahead, lines_a_row);
      T* HWY_RESTRICT to = sum + (r + g - r0) * w * C;
      for (std::int64_t q = 0; q < w; ++q) {
        T term[C];
        multiply_conjugate<T, C>(value + q * C, wave + q * C, term);
        for (int c = 0; c < C; ++c) to[q * C + c] += term[c];
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
