// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_PATCHES_EXTRACT_HPP_
#define PTYCHOPATCH_KERNELS_PATCHES_EXTRACT_HPP_

#include "kernels/patches/sampler.hpp"
#include "math/patches/complex.hpp"

namespace ppatch {

// Writes pixel (r, q) of patch k of batch slice m, or of all its waves where there is a probe.
template <class T, int C>
struct ExtractPixel {
  PatchProblem problem;
  ImageView image;
  ProbeView probe;
  PatchView out;

  PPATCH_HD void operator()(const Sampler<T, C>& sampler, std::int64_t m, std::int64_t k,
                            std::int64_t r, std::int64_t q) const {
    T value[C];
    sampler.sample(r, q, value);
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      T* to = out.template at<T>(m, k, mode) + r * out.stride_y + q * out.stride_x;
      if (probe.data) {
        const T* p = probe.template at<T>(k, mode) + r * probe.stride_y + q * probe.stride_x;
        multiply<T, C>(p, value, to);
      } else {
        for (int c = 0; c < C; ++c) to[c] = value[c];
      }
    }
  }
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_KERNELS_PATCHES_EXTRACT_HPP_
