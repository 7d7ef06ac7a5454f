// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_LANE_SUMS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_LANE_SUMS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_LANE_SUMS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_LANE_SUMS_INL_HPP_
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "kernels/registration/row_sum.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

constexpr std::int64_t scene_block = 64;
constexpr std::int64_t scene_lanes = row_lanes;

// sum[i mod 8] += value[i]; n is at most scene_block. A block is summed in single precision: its
// rounding is far below the values' own noise.
HWY_INLINE void add_to_lanes(double* HWY_RESTRICT sum, const float* HWY_RESTRICT value,
                             std::int64_t n) {
  float part[scene_lanes] = {};
  std::int64_t i = 0;
  for (; i + scene_lanes <= n; i += scene_lanes) {
    for (std::int64_t l = 0; l < scene_lanes; ++l) part[l] += value[i + l];
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) part[l] += value[i];
  for (std::int64_t l = 0; l < scene_lanes; ++l) sum[l] += static_cast<double>(part[l]);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
