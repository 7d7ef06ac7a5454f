// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/sampler.hpp"
#include "math/patches/complex.hpp"

namespace ppatch {

// Writes pixel (r, q) of patch k of batch slice m, or of all its waves where there is a probe.
template <class P>
struct ExtractPixel {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchProblem problem;
  ImageView image;
  ProbeView probe;
  PatchView out;

  PPATCH_HD void operator()(const Sampler<P>& sampler, std::int64_t m, std::int64_t k,
                            std::int64_t r, std::int64_t q) const {
    T value[C];
    sampler.sample(r, q, value);
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      S* to = out.template at<S>(m, k, mode) + r * out.stride_y + q * out.stride_x;
      if (probe.data) {
        T p[C];
        T wave[C];
        P::load(probe.template at<S>(k, mode) + r * probe.stride_y + q * probe.stride_x, p);
        multiply<T, C>(p, value, wave);
        P::store(wave, to);
      } else {
        P::store(value, to);
      }
    }
  }
};

}  // namespace ppatch
