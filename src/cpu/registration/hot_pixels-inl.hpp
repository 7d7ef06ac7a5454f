// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_HOT_PIXELS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_HOT_PIXELS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_HOT_PIXELS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_HOT_PIXELS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_INLINE std::uint8_t is_suspect(const float* HWY_RESTRICT value, const float* HWY_RESTRICT a,
                                   const float* HWY_RESTRICT b, const float* HWY_RESTRICT threshold,
                                   std::int64_t n) {
  std::int32_t any = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const float high = a[i] > b[i] ? a[i] : b[i];
    const float low = a[i] > b[i] ? b[i] : a[i];
    const float spread = 2.0F * (high - low) + threshold[i];
    any |= value[i] > high + spread ? 1 : 0;
    any |= value[i] < low - spread ? 1 : 0;
  }
  return any != 0 ? 1 : 0;
}

HWY_NOINLINE void suspects(const float* value, const float* a, const float* b,
                           const float* threshold, std::int64_t x0, std::int64_t x1,
                           std::uint8_t* found) {
  std::int64_t x = x0;
  while (x < x1) {
    const std::int64_t block = x / pixel_lanes;
    const std::int64_t lane = x - block * pixel_lanes;
    if (lane == 0 && x + pixel_lanes <= x1) {
      found[block] |= is_suspect(value + x, a + x, b + x, threshold, pixel_lanes);
      x += pixel_lanes;
    } else {
      const std::int64_t end = HWY_MIN(x1, x - lane + pixel_lanes);
      found[block] |= is_suspect(value + x, a + x, b + x, threshold + lane, end - x);
      x = end;
    }
  }
}

HWY_NOINLINE bool outliers(const float* HWY_RESTRICT value, const float* const* rows,
                           const float* HWY_RESTRICT threshold, std::int64_t n,
                           std::int32_t* HWY_RESTRICT out) {
  const float* row[8];
  for (int r = 0; r < 8; ++r) row[r] = rows[r];
  std::int32_t any = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    float high = row[0][i];
    float low = high;
    for (int r = 1; r < 8; ++r) {
      const float near = row[r][i];
      high = near > high ? near : high;
      low = near < low ? near : low;
    }
    const float spread = 2.0F * (high - low) + threshold[i];
    const std::int32_t bad = (value[i] > high + spread ? 1 : 0) | (value[i] < low - spread ? 1 : 0);
    out[i] = bad;
    any |= bad;
  }
  return any != 0;
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
