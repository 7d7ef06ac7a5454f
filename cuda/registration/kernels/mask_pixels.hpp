// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/registration/pair_pixels.hpp"
#include "math/registration/gamma.hpp"

// Which places of a pair agree, place by place. The CPU makes them row by row.
namespace ppatch {

// Sums over channels of |G(anchor) - G(gain target)|, one for each place; in single precision where
// both images are.
struct DifferencePixel {
  ImageView anchor, target;
  double gain = 1.0;
  float* out = nullptr;

  PPATCH_HD void at(std::int64_t, std::int64_t y, std::int64_t x) const {
    const bool singles = anchor.dtype == DType::f32 && target.dtype == DType::f32;
    out[y * anchor.width + x] = singles ? difference<float>(y, x) : difference<double>(y, x);
  }

 private:
  template <class V>
  PPATCH_HD float difference(std::int64_t y, std::int64_t x) const {
    V sum = 0;
    PPATCH_ROLLED
    for (std::int64_t m = 0; m < anchor.count; ++m) {
      const V a = gamma_of(static_cast<V>(sample_at(anchor, m, y, x)));
      const V b = gamma_of(static_cast<V>(gain) * static_cast<V>(sample_at(target, m, y, x)));
      sum += std::fabs(a - b);
    }
    return static_cast<float>(sum);
  }
};

// A plane of flags, with none beyond it.
struct Flags {
  unsigned char* data = nullptr;
  std::int64_t height = 0, width = 0;

  PPATCH_HD bool at(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < height && x >= 0 && x < width && data[y * width + x] != 0;
  }
  PPATCH_HD bool any_of_cross(std::int64_t y, std::int64_t x) const {
    return at(y, x) || at(y - 1, x) || at(y + 1, x) || at(y, x - 1) || at(y, x + 1);
  }
};

// Whether all of a place and the four beside it differ by at most the bound.
struct ErodedPixel {
  const float* difference = nullptr;
  double bound = 0.0;
  Flags out;

  PPATCH_HD void at(std::int64_t, std::int64_t y, std::int64_t x) const {
    const bool all = is_kept(y, x) && is_kept(y - 1, x) && is_kept(y + 1, x) && is_kept(y, x - 1) &&
                     is_kept(y, x + 1);
    out.data[y * out.width + x] = all ? 1 : 0;
  }

 private:
  PPATCH_HD bool is_kept(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < out.height && x >= 0 && x < out.width &&
           difference[y * out.width + x] <= bound;
  }
};

// Dilated again, without places that are clipped in any channel.
struct MaskPixel {
  ImageView anchor;
  Flags eroded;
  bool clips = false;
  double clip_bound = 0.0;
  ImageView out;

  PPATCH_HD void at(std::int64_t, std::int64_t y, std::int64_t x) const {
    bool keep = eroded.any_of_cross(y, x);
    PPATCH_ROLLED
    for (std::int64_t m = 0; clips && m < anchor.count; ++m) {
      keep = keep && sample_at(anchor, m, y, x) < clip_bound;
    }
    *out.at<std::uint8_t>(0, y, x) = keep ? 1 : 0;
  }
};

// 1 for a place that is kept.
struct MaskValue {
  ImageView mask;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return *mask.at<std::uint8_t>(m, y, x) != 0 ? 1.0 : 0.0;
  }
};

}  // namespace ppatch
