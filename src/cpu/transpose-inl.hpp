// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_TRANSPOSE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_TRANSPOSE_INL_HPP_
#undef PTYCHOPATCH_CPU_TRANSPOSE_INL_HPP_
#else
#define PTYCHOPATCH_CPU_TRANSPOSE_INL_HPP_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Four by four samples at a time: memory is what these loops wait for, not wider vectors.
#if HWY_TARGET == HWY_SCALAR

// to[i * to_stride + l] = from[l * from_stride + i] for i, l below 4.
HWY_INLINE void transpose_block(const float* from, std::int64_t from_stride, float* to,
                                std::int64_t to_stride) {
  for (int i = 0; i < 4; ++i) {
    for (int l = 0; l < 4; ++l) to[i * to_stride + l] = from[l * from_stride + i];
  }
}

HWY_INLINE void split_block(const float* pairs, float* re, float* im) {
  for (int l = 0; l < 4; ++l) {
    re[l] = pairs[2 * l];
    im[l] = pairs[2 * l + 1];
  }
}

HWY_INLINE void join_block(const float* re, const float* im, float* pairs) {
  for (int l = 0; l < 4; ++l) {
    pairs[2 * l] = re[l];
    pairs[2 * l + 1] = im[l];
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;
using SlabTag = hn::FixedTag<float, 4>;

HWY_INLINE void transpose_block(const float* from, std::int64_t from_stride, float* to,
                                std::int64_t to_stride) {
  const SlabTag d;
  const hn::Repartition<double, SlabTag> pairs;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + from_stride);
  const auto c = hn::LoadU(d, from + 2 * from_stride);
  const auto e = hn::LoadU(d, from + 3 * from_stride);
  const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, to + to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, to + 2 * to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, to + 3 * to_stride);
}

HWY_INLINE void split_block(const float* pairs, float* re, float* im) {
  const SlabTag d;
  hn::Vec<SlabTag> real;
  hn::Vec<SlabTag> imaginary;
  hn::LoadInterleaved2(d, pairs, real, imaginary);
  hn::StoreU(real, d, re);
  hn::StoreU(imaginary, d, im);
}

HWY_INLINE void join_block(const float* re, const float* im, float* pairs) {
  const SlabTag d;
  hn::StoreInterleaved2(hn::LoadU(d, re), hn::LoadU(d, im), d, pairs);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
