// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_COTANGENT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_COTANGENT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_COTANGENT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_COTANGENT_INL_HPP_
#endif

#include "cpu/patches/rows-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "kernels/patches/adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// The cotangent of a patch, a row at a time.
template <class P>
class CotangentRows {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int components = C;

  CotangentRows(const AdjointPixel<P>& job, std::int64_t m, std::int64_t k,
                const SlotScratch& scratch)
      : job_(job), m_(m), k_(k), scratch_(scratch) {}

  // Whether rows are read where they lie, row_stride() scalars apart.
  bool in_place() const { return !P::converts && !job_.probe.data && job_.in.stride_x == C; }
  std::int64_t row_stride() const { return job_.in.stride_y; }

  const T* row(std::int64_t r, T* HWY_RESTRICT to) const {
    const PatchView& in = job_.in;
    const std::int64_t w = in.width;
    if (!job_.probe.data) {
      return contiguous_row<P>(in.template at<S>(m_, k_, 0) + r * in.stride_y, in.stride_x, w, to);
    }
    for (std::int64_t mode = 0; mode < in.modes; ++mode) {
      const T* HWY_RESTRICT wave =
          contiguous_row<P>(in.template at<S>(m_, k_, mode) + r * in.stride_y, in.stride_x, w,
                            scratch_.row<T>(cotangent_row));
      const T* HWY_RESTRICT probe =
          contiguous_row<P>(job_.probe.template at<S>(k_, mode) + r * job_.probe.stride_y,
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
  const AdjointPixel<P>& job_;
  std::int64_t m_, k_;
  const SlotScratch& scratch_;
};

// The weights that coverage sums, a row at a time.
template <class P>
class WeightRows {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int components = 1;

  WeightRows(const AdjointPixel<P>& job, std::int64_t k) : job_(job), k_(k) {}

  bool in_place() const { return false; }
  std::int64_t row_stride() const { return 0; }

  const T* row(std::int64_t r, T* HWY_RESTRICT to) const {
    const ProbeView& probe = job_.probe;
    const std::int64_t w = job_.problem.width;
    if (!probe.data) {
      for (std::int64_t q = 0; q < w; ++q) to[q] = T(1);
      return to;
    }
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      const S* HWY_RESTRICT p = probe.template at<S>(k_, mode) + r * probe.stride_y;
      for (std::int64_t q = 0; q < w; ++q) {
        T pixel[C];
        P::load(p + q * probe.stride_x, pixel);
        const T term = squared_modulus<T, C>(pixel);
        to[q] = mode == 0 ? term : to[q] + term;
      }
    }
    return to;
  }

 private:
  const AdjointPixel<P>& job_;
  std::int64_t k_;
};

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
