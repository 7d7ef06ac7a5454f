// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_COVARIANCE_TILES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_COVARIANCE_TILES_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_COVARIANCE_TILES_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_COVARIANCE_TILES_INL_HPP_
#endif

#include <cstdint>

#include "cpu/registration/lane_sums-inl.hpp"
#include "hwy/highway.h"
#include "math/multiply_add.hpp"
#include "math/registration/covariance_tiles.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

template <int reach>
HWY_INLINE float slope_y(const float* const* rows, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= reach; ++k) {
    sum = multiply_add(slope_tap(reach, k), rows[reach + k][x] - rows[reach - k][x], sum);
  }
  return sum;
}

template <int reach>
HWY_INLINE float slope_x(const float* row, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= reach; ++k) {
    sum = multiply_add(slope_tap(reach, k), row[x + k] - row[x - k], sum);
  }
  return sum;
}

template <int reach>
HWY_INLINE void sum_tiles_of(const float* a_rows, const float* b_rows, std::int64_t stride,
                             std::int64_t height, const CovarianceTiles& tiles, double* sums) {
  for (std::int64_t tile = 0; tile < tiles.columns; ++tile) {
    const std::int64_t start = tiles.first_column_of(tile);
    const std::int64_t m = tiles.end_column_of(tile) - start;
    double lanes[tile_sums][scene_lanes] = {};
    for (std::int64_t y = 0; y < height; ++y) {
      const float* a[2 * reach + 1];
      const float* b[2 * reach + 1];
      for (int r = 0; r <= 2 * reach; ++r) {
        const std::int64_t at = (y + r - reach) * stride + start;
        a[r] = a_rows + at;
        b[r] = b_rows + at;
      }
      float part[tile_sums][max_covariance_tile];
      for (std::int64_t x = 0; x < m; ++x) {
        float one[tile_sums];
        tile_parts(a[reach][x], slope_y<reach>(a, x), slope_x<reach>(a[reach], x), b[reach][x],
                   slope_y<reach>(b, x), slope_x<reach>(b[reach], x), one);
        for (int s = 0; s < tile_sums; ++s) part[s][x] = one[s];
      }
      for (int s = 0; s < tile_sums; ++s) add_to_lanes(lanes[s], part[s], m);
    }
    for (int s = 0; s < tile_sums; ++s) sums[tile_sums * tile + s] = sum_of_lanes(lanes[s]);
  }
}

HWY_NOINLINE void sum_tiles(const float* a, const float* b, std::int64_t stride,
                            std::int64_t height, const CovarianceTiles& tiles, double* sums) {
  if (tiles.reach == max_slope_reach) {
    sum_tiles_of<max_slope_reach>(a, b, stride, height, tiles, sums);
  } else {
    sum_tiles_of<4>(a, b, stride, height, tiles, sums);
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
