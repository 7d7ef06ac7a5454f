// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_PIXELS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_PIXELS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_PIXELS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_PIXELS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_INLINE void add_integer(const std::uint16_t* HWY_RESTRICT row, std::uint32_t bound,
                            std::int64_t n, IntegerSums& sums) {
  for (std::int64_t l = 0; l < n; ++l) {
    const std::uint16_t value = row[l];
    const bool in = value < bound;
    const std::uint16_t kept = in ? value : std::uint16_t{0};
    const std::uint16_t bounded = in ? value : std::uint16_t{65535};
    sums.count[l] += in ? 1U : 0U;
    sums.sum[l] += kept;
    sums.min[l] = bounded < sums.min[l] ? bounded : sums.min[l];
    sums.max[l] = kept > sums.max[l] ? kept : sums.max[l];
  }
}

HWY_INLINE void add_square(const std::uint16_t* HWY_RESTRICT row, std::uint32_t bound,
                           std::int64_t n, IntegerSums& sums) {
  for (std::int64_t l = 0; l < n; ++l) {
    const std::uint32_t kept = row[l] < bound ? row[l] : 0U;
    const std::uint32_t square = kept * kept;
    sums.low_squares[l] += square & 0xffffU;
    sums.high_squares[l] += square >> 16;
  }
}

HWY_NOINLINE void sum_integers(const std::uint16_t* row, std::int64_t n, std::uint32_t bound,
                               bool squares, IntegerSums* sums) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) add_integer(row + x, bound, pixel_lanes, *sums);
  add_integer(row + x, bound, n - x, *sums);
  if (!squares) return;
  for (x = 0; x + pixel_lanes <= n; x += pixel_lanes) {
    add_square(row + x, bound, pixel_lanes, *sums);
  }
  add_square(row + x, bound, n - x, *sums);
}

HWY_INLINE void scale_lanes(const std::uint16_t* HWY_RESTRICT row, const float* HWY_RESTRICT black,
                            const float* HWY_RESTRICT factor, float* HWY_RESTRICT out,
                            std::int64_t n) {
  for (std::int64_t l = 0; l < n; ++l) {
    out[l] = (static_cast<float>(row[l]) - black[l]) * factor[l];
  }
}

HWY_NOINLINE void scale_integers(const std::uint16_t* row, const float* black, const float* factor,
                                 float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) {
    scale_lanes(row + x, black, factor, out + x, pixel_lanes);
  }
  scale_lanes(row + x, black, factor, out + x, n - x);
}

HWY_INLINE void finish_lanes(const float* in, const float* HWY_RESTRICT bound,
                             const float* HWY_RESTRICT clip_value, float offset, float* out,
                             std::int64_t n) {
  PPATCH_INDEPENDENT
  for (std::int64_t l = 0; l < n; ++l) out[l] = in[l] >= bound[l] ? clip_value[l] : in[l] - offset;
}

HWY_NOINLINE void finish_pixels(const float* in, const float* bound, const float* clip_value,
                                float offset, float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) {
    finish_lanes(in + x, bound, clip_value, offset, out + x, pixel_lanes);
  }
  finish_lanes(in + x, bound, clip_value, offset, out + x, n - x);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
