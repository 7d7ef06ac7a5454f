// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_LAG_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_LAG_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_LAG_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_LAG_ROWS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/registration/lane_sums-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_NOINLINE void lag_row(const float* HWY_RESTRICT phase, const float* HWY_RESTRICT scale,
                          const float* HWY_RESTRICT cross, const float* HWY_RESTRICT share,
                          std::int64_t n, LagRow* row) {
  float high[scene_lanes];
  float low[scene_lanes];
  float largest[scene_lanes];
  float shared[scene_lanes];
  for (std::int64_t l = 0; l < scene_lanes; ++l) {
    high[l] = row->phase_high;
    low[l] = row->phase_low;
    largest[l] = row->cross;
    shared[l] = row->cross_shared;
  }
  const auto take = [&](std::int64_t i, std::int64_t l) {
    const float value = phase[i] * scale[i];
    const float part = cross[i] * share[i];
    high[l] = value > high[l] ? value : high[l];
    low[l] = value < low[l] ? value : low[l];
    largest[l] = cross[i] > largest[l] ? cross[i] : largest[l];
    shared[l] = part > shared[l] ? part : shared[l];
  };
  std::int64_t i = 0;
  for (; i + scene_lanes <= n; i += scene_lanes) {
    for (std::int64_t l = 0; l < scene_lanes; ++l) take(i + l, l);
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) take(i, l);
  for (std::int64_t l = 0; l < scene_lanes; ++l) {
    row->phase_high = HWY_MAX(row->phase_high, high[l]);
    row->phase_low = HWY_MIN(row->phase_low, low[l]);
    row->cross = HWY_MAX(row->cross, largest[l]);
    row->cross_shared = HWY_MAX(row->cross_shared, shared[l]);
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
