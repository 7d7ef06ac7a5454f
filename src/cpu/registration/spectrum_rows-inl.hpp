// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_ROWS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/spectrum_bins-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_NOINLINE void correlate_row(const SpectrumRow& row) {
  for (std::int64_t j = 0; j < row.first; ++j) {
    row.reference[2 * j] = row.reference[2 * j + 1] = 0.0F;
    row.moving[2 * j] = row.moving[2 * j + 1] = 0.0F;
  }
  const float min_f2 = row.min_f * row.min_f;
  for (std::int64_t start = row.first; start < row.count; start += scene_block) {
    const std::int64_t n = HWY_MIN(scene_block, row.count - start);
    float* HWY_RESTRICT r = row.reference + 2 * start;
    float* HWY_RESTRICT m = row.moving + 2 * start;
    const float* HWY_RESTRICT fx = row.fx + start;
    float xr[scene_block];
    float xi[scene_block];
    float size[scene_block];
    float root[scene_block];
    float f2[scene_block];
    float f[scene_block];
    float weight[scene_block];
    for (std::int64_t j = 0; j < n; ++j) {
      xr[j] = r[2 * j] * m[2 * j] + r[2 * j + 1] * m[2 * j + 1];
      xi[j] = r[2 * j] * m[2 * j + 1] - r[2 * j + 1] * m[2 * j];
      size[j] = xr[j] * xr[j] + xi[j] * xi[j];
      f2[j] = multiply_add(fx[j], fx[j], row.fy * row.fy);
    }
    roots(f2, f, n);
    for (std::int64_t j = 0; j < n; ++j) {
      const float w = row.weights[ring_of(row.ring_scale, f[j])].signal;
      weight[j] = f2[j] < min_f2 ? 0.0F : w;
    }
    roots(size, size, n);
    for (std::int64_t j = 0; j < n; ++j) size[j] += 1e-30F;
    roots(size, root, n);
    for (std::int64_t j = 0; j < n; ++j) {
      root[j] = 1.0F / root[j];
      size[j] = weight[j] * root[j];
    }
    for (std::int64_t j = 0; j < n; ++j) {
      r[2 * j] = xr[j] * root[j];
      r[2 * j + 1] = xi[j] * root[j];
      m[2 * j] = xr[j] * size[j];
      m[2 * j + 1] = xi[j] * size[j];
    }
  }
}

HWY_NOINLINE void power_row(const SpectrumRow& row, double* sums) {
  const float min_f2 = row.min_f * row.min_f;
  BinBlock bins;
  for (std::int64_t start = row.first; start < row.count; start += scene_block) {
    const std::int64_t n = HWY_MIN(scene_block, row.count - start);
    float size[scene_block];
    read_bins(row, start, n, bins);
    sizes_of(bins, n, size);
    for (std::int64_t j = 0; j < n; ++j) {
      if (bins.f2[j] < min_f2) continue;
      // Column 0 has both of each pair of bins.
      const double share = 0.5 * static_cast<double>(multiplicity(start + j));
      double* ring = sums + 4 * bins.ring[j];
      ring[0] += share * static_cast<double>(size[j]);
      ring[1] += share * static_cast<double>(bins.reference[j]);
      ring[2] += share * static_cast<double>(bins.moving[j]);
      ring[3] += share;
    }
  }
}

HWY_NOINLINE void ring_row(const SpectrumRow& row, double* sums) {
  const float min_f2 = row.min_f * row.min_f;
  BinBlock bins;
  for (std::int64_t start = row.first; start < row.count; start += scene_block) {
    const std::int64_t n = HWY_MIN(scene_block, row.count - start);
    read_bins(row, start, n, bins);
    // Neighbouring bins mostly share a ring: they are summed before its sums are.
    std::int64_t j = 0;
    while (j < n && bins.f2[j] < min_f2) ++j;
    while (j < n) {
      const std::int32_t number = bins.ring[j];
      const std::int64_t from = j;
      float cross = 0.0F;
      float reference = 0.0F;
      float moving = 0.0F;
      for (; j < n && bins.ring[j] == number; ++j) {
        cross += bins.re[j];
        reference += bins.reference[j];
        moving += bins.moving[j];
      }
      double* ring = sums + 4 * number;
      ring[0] += static_cast<double>(cross);
      ring[1] += static_cast<double>(reference);
      ring[2] += static_cast<double>(moving);
      ring[3] += static_cast<double>(j - from);
    }
  }
}

HWY_NOINLINE void newton_row(const SpectrumRow& row, double* sums) {
  double lanes[newton_sums][scene_lanes] = {};
  BinBlock bins;
  for (std::int64_t start = row.first; start < row.count; start += scene_block) {
    const std::int64_t n = HWY_MIN(scene_block, row.count - start);
    float weight[scene_block];
    float signal[scene_block];
    float part[newton_sums][scene_block];
    float leak[scene_block];
    read_bins(row, start, n, bins);
    leaks_of_bins<false>(row, start, n, bins, leak, nullptr);
    weigh_bins(row, n, bins, leak, weight, signal);
    for (std::int64_t j = 0; j < n; ++j) {
      float one[newton_sums];
      newton_parts(weight[j] * multiplicity(start + j), {bins.re[j], bins.im[j]}, row.fy,
                   row.fx[start + j], one);
      for (int s = 0; s < newton_sums; ++s) part[s][j] = one[s];
    }
    for (int s = 0; s < newton_sums; ++s) add_to_lanes(lanes[s], part[s], n);
  }
  for (int s = 0; s < newton_sums; ++s) sums[s] += sum_of_lanes(lanes[s]);
}

HWY_NOINLINE void weigh_row(const SpectrumRow& row, double* sums) {
  double lanes[band_sums][scene_lanes] = {};
  BinBlock bins;
  for (std::int64_t j = 0; j < row.first; ++j) {
    row.weighted[2 * j] = row.weighted[2 * j + 1] = 0.0F;
    row.moving[2 * j] = row.moving[2 * j + 1] = 0.0F;
  }
  for (std::int64_t start = row.first; start < row.count; start += scene_block) {
    const std::int64_t n = HWY_MIN(scene_block, row.count - start);
    float weight[scene_block];
    float signal[scene_block];
    float part[band_sums][scene_block];
    float leak[scene_block];
    float turn[scene_block];
    read_bins(row, start, n, bins);
    leaks_of_bins<true>(row, start, n, bins, leak, turn);
    weigh_bins(row, n, bins, leak, weight, signal);
    float size[scene_block];
    sizes_of(bins, n, size);
    for (std::int64_t j = 0; j < n; ++j) {
      float one[band_sums];
      band_parts({{bins.re[j], bins.im[j]},
                  bins.reference[j],
                  bins.moving[j],
                  row.fy,
                  row.fx[start + j],
                  weight[j],
                  signal[j],
                  turn[j],
                  multiplicity(start + j),
                  size[j],
                  bins.f2[j] > row.split_f2 ? 1.0F : 0.0F},
                 one);
      for (int s = 0; s < band_sums; ++s) part[s][j] = one[s];
    }
    for (int s = 0; s < band_sums; ++s) add_to_lanes(lanes[s], part[s], n);
    roots(weight, weight, n);
    const float* r = row.reference + 2 * start;
    float* out = row.weighted + 2 * start;
    float* HWY_RESTRICT m = row.moving + 2 * start;
    const float* HWY_RESTRICT cos_x = row.cos_x + start;
    const float* HWY_RESTRICT sin_x = row.sin_x + start;
    const float cos_y = row.cos_y;
    const float sin_y = row.sin_y;
    PPATCH_INDEPENDENT
    for (std::int64_t j = 0; j < n; ++j) {
      const SpectrumValue phase = phase_of({cos_y, sin_y}, {cos_x[j], sin_x[j]});
      const SpectrumValue moved = turned({m[2 * j], m[2 * j + 1]}, phase);
      out[2 * j] = r[2 * j] * weight[j];
      out[2 * j + 1] = r[2 * j + 1] * weight[j];
      m[2 * j] = weight[j] * moved.re;
      m[2 * j + 1] = weight[j] * moved.im;
    }
  }
  for (int s = 0; s < band_sums; ++s) sums[s] += sum_of_lanes(lanes[s]);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
