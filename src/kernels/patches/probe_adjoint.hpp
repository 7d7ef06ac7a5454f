// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/sampler.hpp"
#include "math/patches/complex.hpp"

namespace ppatch {

// Adds to pixel (r, q) of the probe what wave (m, k) gives it: conj(P[k]) waves[k, mode].
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
    T value[C];
    sampler.sample(r, q, value);
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      T w[C];
      P::load(waves.template at<S>(m, k, mode) + r * waves.stride_y + q * waves.stride_x, w);
      S* p = probe.template at<S>(k, mode) + r * probe.stride_y + q * probe.stride_x;
      T term[C];
      multiply_conjugate<T, C>(value, w, term);
      for (int c = 0; c < C; ++c) p[c] = P::store(P::load(p[c]) + term[c]);
    }
  }
};

}  // namespace ppatch
