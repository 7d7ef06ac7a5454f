// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_BINS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_BINS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_BINS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_SPECTRUM_BINS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/registration/lane_sums-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

// Square roots by the processor's own instruction: a call of the C library, which may set errno,
// keeps a loop from becoming one of vectors. n is rounded up to whole vectors; in may be out.
HWY_INLINE void roots(const float* in, float* out, std::int64_t n) {
  const hwy::HWY_NAMESPACE::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(d));
  for (std::int64_t j = 0; j < n; j += lanes) {
    const auto value = hwy::HWY_NAMESPACE::LoadU(d, in + j);
    hwy::HWY_NAMESPACE::StoreU(hwy::HWY_NAMESPACE::Sqrt(value), d, out + j);
  }
}

// A block of bins: Z = conj(R^) M^ e^{2 pi i f.r}, both powers, the ring of each.
struct BinBlock {
  float re[scene_block], im[scene_block];
  float reference[scene_block], moving[scene_block];
  float f2[scene_block];
  std::int32_t ring[scene_block];
};

HWY_INLINE void read_bins(const SpectrumRow& row, std::int64_t start, std::int64_t n,
                          BinBlock& bins) {
  const float* HWY_RESTRICT r = row.reference + 2 * start;
  const float* HWY_RESTRICT m = row.moving + 2 * start;
  const float* HWY_RESTRICT cos_x = row.cos_x + start;
  const float* HWY_RESTRICT sin_x = row.sin_x + start;
  const float* HWY_RESTRICT fx = row.fx + start;
  const float cos_y = row.cos_y;
  const float sin_y = row.sin_y;
  const float fy2 = row.fy * row.fy;
  const float scale = row.ring_scale;
  for (std::int64_t j = 0; j < n; ++j) {
    const SpectrumValue still{r[2 * j], r[2 * j + 1]};
    const SpectrumValue moved{m[2 * j], m[2 * j + 1]};
    const SpectrumValue phase = phase_of({cos_y, sin_y}, {cos_x[j], sin_x[j]});
    const SpectrumValue z = turned(cross_of(still, moved), phase);
    bins.re[j] = z.re;
    bins.im[j] = z.im;
    bins.reference[j] = power_of(still);
    bins.moving[j] = power_of(moved);
    bins.f2[j] = multiply_add(fx[j], fx[j], fy2);
  }
  float f[scene_block];
  roots(bins.f2, f, n);
  for (std::int64_t j = 0; j < n; ++j) bins.ring[j] = ring_of(scale, f[j]);
}

// |R^||M^| of each bin.
HWY_INLINE void sizes_of(const BinBlock& bins, std::int64_t n, float* HWY_RESTRICT size) {
  float other[scene_block];
  roots(bins.reference, size, n);
  roots(bins.moving, other, n);
  for (std::int64_t j = 0; j < n; ++j) size[j] *= other[j];
}

// Leaked chroma by carrier c in each bin of a block.
HWY_INLINE void leak_of_bins(const SpectrumRow& row, int c, float distance_y, std::int64_t start,
                             std::int64_t n, const BinBlock& bins, float* HWY_RESTRICT leak) {
  const float strength = row.carriers[c].strength;
  const float cycles2 = row.cycles * row.cycles;
  const float* HWY_RESTRICT distance_x = row.carrier_squares + c * row.carrier_stride + start;
  for (std::int64_t j = 0; j < n; ++j) {
    leak[j] = carrier_leak(strength, cycles2 * bins.f2[j], distance_y, distance_x[j]);
  }
}

// Leaked chroma in each bin of a block and, where Turns, the imaginary part that it gives to Z / S,
// for chroma as strong as the carriers say.
template <bool Turns>
HWY_INLINE void leaks_of_bins(const SpectrumRow& row, std::int64_t start, std::int64_t n,
                              const BinBlock& bins, float* HWY_RESTRICT leak,
                              float* HWY_RESTRICT turn) {
  for (std::int64_t j = 0; j < n; ++j) leak[j] = 0.0F;
  for (std::int64_t j = 0; Turns && j < n; ++j) turn[j] = 0.0F;
  for (int c = 0; c < row.carrier_count; ++c) {
    const CarrierDistance y = carrier_distance(row.carriers[c].y, row.cycles * row.fy);
    float part[scene_block];
    leak_of_bins(row, c, y.square, start, n, bins, part);
    for (std::int64_t j = 0; j < n; ++j) leak[j] += part[j];
    if constexpr (Turns) {
      const std::int32_t* HWY_RESTRICT copy_x = row.carrier_copies + c * row.carrier_stride + start;
      const float* sines = row.carrier_sines + 9 * c + 3 * (y.copy + 1) + 1;
      const float below = sines[-1];
      const float same = sines[0];
      const float above = sines[1];
      for (std::int64_t j = 0; j < n; ++j) {
        turn[j] += part[j] * (copy_x[j] < 0 ? below : copy_x[j] > 0 ? above : same);
      }
    }
  }
}

// The weight of each bin of a block, 0 where it is left out.
HWY_INLINE void weigh_bins(const SpectrumRow& row, std::int64_t n, const BinBlock& bins,
                           const float* HWY_RESTRICT leak, float* HWY_RESTRICT weight,
                           float* HWY_RESTRICT signal) {
  float noise[scene_block];
  for (std::int64_t j = 0; j < n; ++j) {
    const RingWeight ring = row.weights[bins.ring[j]];
    noise[j] = ring.noise;
    signal[j] = ring.signal;
  }
  const float min_f2 = row.min_f * row.min_f;
  for (std::int64_t j = 0; j < n; ++j) {
    const float w = bin_weight({noise[j], signal[j]}, leak[j]);
    weight[j] = bins.f2[j] < min_f2 ? 0.0F : w;
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
