// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/patch_problem.hpp"
#include "math/patches/complex.hpp"
#include "math/patches/patch_views.hpp"
#include "math/pixel.hpp"

namespace ppatch {

// What patch k adds to the image at extended pixel (start_y + ey, start_x + ex), where 0 <= ey <
// h + taps.y.count - 1 and likewise ex; pixels outside the patch count as zero.
template <class P>
struct AdjointPixel {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchProblem problem;
  PatchView in;
  ProbeView probe;

  PPATCH_HD PatchTaps<T> taps(std::int64_t k) const {
    return sampling_patch_taps<T>(problem.interpolation, problem.origins[k]);
  }

  // The cotangent of a patch itself: that of its waves with the probe's conjugate taken in. wave
  // and p0 are the first mode of its waves and of its probe.
  PPATCH_HD void cotangent(const S* wave, const S* p0, std::int64_t r, std::int64_t q,
                           T* value) const {
    PPATCH_ROLLED
    for (std::int64_t mode = 0; mode < in.modes; ++mode) {
      T term[C];
      P::load(wave + mode * in.stride_mode + r * in.stride_y + q * in.stride_x, term);
      if (probe.data) {
        T p[C];
        P::load(p0 + mode * probe.stride_mode + r * probe.stride_y + q * probe.stride_x, p);
        multiply_conjugate<T, C>(p, term, term);
      }
      for (int c = 0; c < C; ++c) value[c] = mode == 0 ? term[c] : value[c] + term[c];
    }
  }

  // The weight that coverage sums: 1, or sum |probe|^2.
  PPATCH_HD T weight(const S* p0, std::int64_t r, std::int64_t q) const {
    if (!probe.data) return T(1);
    T sum = T(0);
    PPATCH_ROLLED
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      T p[C];
      P::load(p0 + mode * probe.stride_mode + r * probe.stride_y + q * probe.stride_x, p);
      const T term = squared_modulus<T, C>(p);
      sum = mode == 0 ? term : sum + term;
    }
    return sum;
  }

  PPATCH_HD bool inside(std::int64_t r, std::int64_t q) const {
    return r >= 0 && r < problem.height && q >= 0 && q < problem.width;
  }

  PPATCH_HD void contribution(const PatchTaps<T>& taps, std::int64_t m, std::int64_t k,
                              std::int64_t ey, std::int64_t ex, T* value) const {
    const S* const wave = in.template at<S>(m, k, 0);
    const S* const p0 = probe.template at<S>(k, 0);
    PPATCH_ROLLED
    for (int i = 0; i < taps.y.count; ++i) {
      T row[C] = {};
      PPATCH_ROLLED
      for (int j = 0; j < taps.x.count; ++j) {
        T g[C] = {};
        if (inside(ey - i, ex - j)) cotangent(wave, p0, ey - i, ex - j, g);
        for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], taps.x.weight[j], g[c]);
      }
      for (int c = 0; c < C; ++c) value[c] = next_sum(i, value[c], taps.y.weight[i], row[c]);
    }
  }

  PPATCH_HD T coverage(const PatchTaps<T>& taps, std::int64_t k, std::int64_t ey,
                       std::int64_t ex) const {
    const S* const p0 = probe.template at<S>(k, 0);
    T sum = T(0);
    PPATCH_ROLLED
    for (int i = 0; i < taps.y.count; ++i) {
      T row = T(0);
      PPATCH_ROLLED
      for (int j = 0; j < taps.x.count; ++j) {
        const T value = inside(ey - i, ex - j) ? weight(p0, ey - i, ex - j) : T(0);
        row = next_sum(j, row, taps.x.weight[j], value);
      }
      sum = next_sum(i, sum, taps.y.weight[i], row);
    }
    return sum;
  }
};

}  // namespace ppatch
