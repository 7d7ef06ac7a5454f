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

HWY_NOINLINE void lag_extremes(const float* HWY_RESTRICT values, const float* HWY_RESTRICT scale,
                               std::int64_t n, float* highest, float* lowest) {
  float high[scene_lanes];
  float low[scene_lanes];
  for (std::int64_t l = 0; l < scene_lanes; ++l) {
    high[l] = *highest;
    low[l] = *lowest;
  }
  std::int64_t i = 0;
  for (; i + scene_lanes <= n; i += scene_lanes) {
    for (std::int64_t l = 0; l < scene_lanes; ++l) {
      const float value = values[i + l] * scale[i + l];
      high[l] = value > high[l] ? value : high[l];
      low[l] = value < low[l] ? value : low[l];
    }
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) {
    const float value = values[i] * scale[i];
    high[l] = HWY_MAX(value, high[l]);
    low[l] = HWY_MIN(value, low[l]);
  }
  for (std::int64_t l = 0; l < scene_lanes; ++l) {
    *highest = HWY_MAX(high[l], *highest);
    *lowest = HWY_MIN(low[l], *lowest);
  }
}

HWY_NOINLINE std::int64_t lag_second(const float* values, const float* scale, const float* share,
                                     float least, std::int64_t n, float* highest) {
  std::int64_t place = -1;
  for (std::int64_t i = 0; i < n; ++i) {
    if (!(values[i] * scale[i] > least) || !(values[i] * share[i] > *highest)) continue;
    *highest = values[i] * share[i];
    place = i;
  }
  return place;
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
