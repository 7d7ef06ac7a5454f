// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_LOOPS_EXTRACT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_EXTRACT_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_EXTRACT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_EXTRACT_INL_HPP_
#endif

#include "cpu/loops/patch_rows-inl.hpp"
#include "kernels/extract.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// out = probe * patch, for a row of pixels.
template <class T, int C>
HWY_INLINE void multiply_row(const T* HWY_RESTRICT probe, std::int64_t probe_stride,
                             const T* HWY_RESTRICT patch, T* HWY_RESTRICT out,
                             std::int64_t out_stride, std::int64_t pixels) {
  if (probe_stride == C && out_stride == C) {
    for (std::int64_t q = 0; q < pixels; ++q) {
      multiply<T, C>(probe + q * C, patch + q * C, out + q * C);
    }
    return;
  }
  for (std::int64_t q = 0; q < pixels; ++q) {
    multiply<T, C>(probe + q * probe_stride, patch + q * C, out + q * out_stride);
  }
}

template <class T, int C>
void extract_patch(const ExtractPixel<T, C>& job, std::int64_t m, std::int64_t k, Store store,
                   const SlotScratch& scratch) {
  const PatchProblem& problem = job.problem;
  const PatchView& out = job.out;
  const std::int64_t w = problem.width;
  const auto taps = sampling_patch_taps<T>(problem.interpolation, problem.origins[k]);
  const SampleRows<T, C> samples(problem, job.image, problem.image_of(m, k), taps.x,
                                 scratch.columns);
  PatchRows<T, C> rows(samples, taps, taps.x.weight, taps.y.weight, w, ring_row, scratch);
  const bool contiguous = !job.probe.data && out.stride_x == C;
  const bool direct = contiguous && store == Store::cached;
  rows.seek(0);
  for (std::int64_t r = 0; r < problem.height; ++r) {
    T* to = out.template at<T>(m, k, 0) + r * out.stride_y;
    T* row = direct ? to : scratch.row<T>(value_row);
    rows.next(row);
    if (direct) continue;
    if (contiguous) {
      stream_row<T>(row, to, w * C);
      continue;
    }
    if (!job.probe.data) {
      store_row<T, C>(row, to, out.stride_x, w);
      continue;
    }
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      const T* probe = job.probe.template at<T>(k, mode) + r * job.probe.stride_y;
      T* wave = out.template at<T>(m, k, mode) + r * out.stride_y;
      multiply_row<T, C>(probe, job.probe.stride_x, row, wave, out.stride_x, w);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
