// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD level: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_SCENE_PIXELS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_SCENE_PIXELS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_SCENE_PIXELS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_SCENE_PIXELS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/transpose-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each level.
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
    sums.least[l] = bounded < sums.least[l] ? bounded : sums.least[l];
    sums.largest[l] = kept > sums.largest[l] ? kept : sums.largest[l];
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
                            const float* HWY_RESTRICT scale, float* HWY_RESTRICT out,
                            std::int64_t n) {
  for (std::int64_t l = 0; l < n; ++l) {
    out[l] = (static_cast<float>(row[l]) - black[l]) * scale[l];
  }
}

HWY_NOINLINE void scale_integers(const std::uint16_t* row, const float* black, const float* scale,
                                 float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) {
    scale_lanes(row + x, black, scale, out + x, pixel_lanes);
  }
  scale_lanes(row + x, black, scale, out + x, n - x);
}

HWY_INLINE void finish_lanes(const float* in, const float* HWY_RESTRICT bound,
                             const float* HWY_RESTRICT level, float offset, float* out,
                             std::int64_t n) {
  PPATCH_INDEPENDENT
  for (std::int64_t l = 0; l < n; ++l) out[l] = in[l] >= bound[l] ? level[l] : in[l] - offset;
}

HWY_NOINLINE void finish_pixels(const float* in, const float* bound, const float* level,
                                float offset, float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) {
    finish_lanes(in + x, bound, level, offset, out + x, pixel_lanes);
  }
  finish_lanes(in + x, bound, level, offset, out + x, n - x);
}

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

// Sums of 16 samples; of the fewer at the end of a row in order.
HWY_NOINLINE void sum_runs(const float* HWY_RESTRICT row, std::int64_t n, float* HWY_RESTRICT out) {
  std::int64_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  // Four runs at once, in the order of the loop below.
  for (; x + 64 <= n; x += 64) {
    float parts[16];
    float turned[16];
    for (int r = 0; r < 4; ++r) {
      const SlabTag d;
      const float* in = row + x + 16 * r;
      const auto low = hn::Add(hn::LoadU(d, in), hn::LoadU(d, in + 8));
      const auto high = hn::Add(hn::LoadU(d, in + 4), hn::LoadU(d, in + 12));
      hn::StoreU(hn::Add(low, high), d, parts + 4 * r);
    }
    transpose_block(parts, 4, turned, 4);
    for (int r = 0; r < 4; ++r) {
      out[r] = (turned[r] + turned[8 + r]) + (turned[4 + r] + turned[12 + r]);
    }
    out += 4;
  }
#endif
  for (; x + 16 <= n; x += 16) {
    const float* in = row + x;
    float part[8];
    for (int i = 0; i < 8; ++i) part[i] = in[i] + in[i + 8];
    for (int i = 0; i < 4; ++i) part[i] += part[i + 4];
    *out++ = (part[0] + part[2]) + (part[1] + part[3]);
  }
  if (x == n) return;
  float sum = 0.0F;
  for (; x < n; ++x) sum += row[x];
  *out = sum;
}

HWY_NOINLINE void add_rows(const float* HWY_RESTRICT in, float* HWY_RESTRICT out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] += in[i];
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
