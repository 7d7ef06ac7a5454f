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

HWY_INLINE float slope_y(const float* const* rows, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= slope_reach; ++k) {
    sum = multiply_add(slope_tap(k), rows[slope_reach + k][x] - rows[slope_reach - k][x], sum);
  }
  return sum;
}

HWY_INLINE float slope_x(const float* row, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= slope_reach; ++k) {
    sum = multiply_add(slope_tap(k), row[x + k] - row[x - k], sum);
  }
  return sum;
}

HWY_NOINLINE void tile_row(const float* const* a_rows, const float* const* b_rows, std::int64_t n,
                           double* gradient, double* hessian) {
  const float* a[2 * slope_reach + 1];
  const float* b[2 * slope_reach + 1];
  for (int r = 0; r <= 2 * slope_reach; ++r) {
    a[r] = a_rows[r];
    b[r] = b_rows[r];
  }
  double yy[scene_lanes] = {};
  double yx[scene_lanes] = {};
  double xx[scene_lanes] = {};
  for (std::int64_t tile = 0; tile * covariance_tile < n; ++tile) {
    const std::int64_t start = HWY_MAX(tile * covariance_tile, std::int64_t{slope_reach});
    const std::int64_t end = HWY_MIN((tile + 1) * covariance_tile, n - slope_reach);
    const std::int64_t m = end - start;
    if (m <= 0) continue;
    float gy[covariance_tile];
    float gx[covariance_tile];
    float hyy[covariance_tile];
    float hyx[covariance_tile];
    float hxx[covariance_tile];
    for (std::int64_t j = 0; j < m; ++j) {
      const std::int64_t x = start + j;
      const float av = a[slope_reach][x];
      const float bv = b[slope_reach][x];
      const float ay = slope_y(a, x);
      const float by = slope_y(b, x);
      const float ax = slope_x(a[slope_reach], x);
      const float bx = slope_x(b[slope_reach], x);
      gy[j] = 0.5F * (av * by - bv * ay);
      gx[j] = 0.5F * (av * bx - bv * ax);
      hyy[j] = ay * by;
      hyx[j] = 0.5F * (ay * bx + ax * by);
      hxx[j] = ax * bx;
    }
    double sum_y[scene_lanes] = {};
    double sum_x[scene_lanes] = {};
    add_to_lanes(sum_y, gy, m);
    add_to_lanes(sum_x, gx, m);
    gradient[2 * tile] += sum_of_lanes(sum_y);
    gradient[2 * tile + 1] += sum_of_lanes(sum_x);
    add_to_lanes(yy, hyy, m);
    add_to_lanes(yx, hyx, m);
    add_to_lanes(xx, hxx, m);
  }
  hessian[0] += sum_of_lanes(yy);
  hessian[1] += sum_of_lanes(yx);
  hessian[2] += sum_of_lanes(xx);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
