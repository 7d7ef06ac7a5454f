// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_WINDOW_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_WINDOW_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_WINDOW_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_WINDOW_INL_HPP_
#endif

#include <cstdint>

#include "cpu/registration/lane_sums-inl.hpp"
#include "hwy/highway.h"
#include "math/registration/trend.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_NOINLINE double weighted_row_sum(const float* in, const float* weight, std::int64_t n) {
  double lanes[scene_lanes] = {};
  for (std::int64_t i = 0; i < n; i += scene_block) {
    const std::int64_t m = HWY_MIN(scene_block, n - i);
    float product[scene_block];
    for (std::int64_t j = 0; j < m; ++j) product[j] = weight[i + j] * in[i + j];
    add_to_lanes(lanes, product, m);
  }
  return sum_of_lanes(lanes);
}

HWY_NOINLINE void window_row(const float* in, const float (&trend)[trend_terms], const float* v,
                             float wy, const float* wx, float* HWY_RESTRICT out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = (in[i] - trend_at(trend, v[i])) * (wy * wx[i]);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
