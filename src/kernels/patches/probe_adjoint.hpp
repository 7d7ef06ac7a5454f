// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/sampler.hpp"
#include "math/patches/complex.hpp"

namespace ppatch {

// A shared probe sums its waves in segments of so many positions of an image, each from zero, and
// then the segments in order: a device works on several of them at a time.
constexpr std::int64_t probe_segment = 16;

// What wave (m, k) gives to pixel (r, q) of the probe: conj(P[k]) waves[k, mode].
template <class P>
struct ProbeAdjointPixel {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchProblem problem;
  ImageView image;
  PatchView waves;
  ProbeView probe;

  PPATCH_HD void operator()(const Sampler<P>& sampler, std::int64_t m, std::int64_t k,
                            std::int64_t r, std::int64_t q) const {
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      S* const p = probe.template at<S>(k, mode) + r * probe.stride_y + q * probe.stride_x;
      T sum[C];
      P::load(p, sum);
      add(sampler, m, k, mode, r, q, sum);
      P::store(sum, p);
    }
  }

  PPATCH_HD void add(const Sampler<P>& sampler, std::int64_t m, std::int64_t k, std::int64_t mode,
                     std::int64_t r, std::int64_t q, T* sum) const {
    T value[C];
    sampler.sample(r, q, value);
    T w[C];
    P::load(waves.template at<S>(m, k, mode) + r * waves.stride_y + q * waves.stride_x, w);
    T term[C];
    multiply_conjugate<T, C>(value, w, term);
    for (int c = 0; c < C; ++c) sum[c] += term[c];
  }
};

}  // namespace ppatch
