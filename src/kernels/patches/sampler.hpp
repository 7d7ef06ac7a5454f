// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/patch_problem.hpp"
#include "math/boundary.hpp"
#include "math/patches/patch_views.hpp"
#include "math/pixel.hpp"

namespace ppatch {

// The samples of one image, extended by the boundary mode.
template <class P>
struct Samples {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  ImageView image;
  std::int64_t slice = 0;
  Boundary boundary = Boundary::zero;
  T outside[2] = {};

  PPATCH_HD Samples(const PatchProblem& problem, const ImageView& view, std::int64_t m)
      : image(view), slice(m), boundary(problem.boundary) {
    if (boundary == Boundary::constant) {
      outside[0] = static_cast<T>(problem.constant[0]);
      outside[1] = static_cast<T>(problem.constant[1]);
    }
  }

  // Component c of the extended image.
  PPATCH_HD T pixel(std::int64_t y, std::int64_t x, int c) const {
    const std::int64_t row = extended_index(boundary, y, image.height);
    const std::int64_t column = extended_index(boundary, x, image.width);
    return row < 0 || column < 0 ? outside[c] : P::load(image.at<S>(slice, row, column)[c]);
  }

  // sum_i wy[i] sum_j wx[j] I~ at pixel (r, q) of the patch with these taps; wy and wx are taps.y's
  // and taps.x's weights or slopes.
  PPATCH_HD T filtered(const PatchTaps<T>& taps, const T* wy, const T* wx, std::int64_t r,
                       std::int64_t q, int c) const {
    T sum = T(0);
    PPATCH_ROLLED
    for (int i = 0; i < taps.y.count; ++i) {
      T row = T(0);
      PPATCH_ROLLED
      for (int j = 0; j < taps.x.count; ++j) {
        row = next_sum(j, row, wx[j], pixel(taps.y.start + r + i, taps.x.start + q + j, c));
      }
      sum = next_sum(i, sum, wy[i], row);
    }
    return sum;
  }
};

// Samples one image, extended by the boundary mode, with one patch's taps, pixel by pixel.
template <class P>
struct Sampler : Samples<P> {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchTaps<T> taps;

  PPATCH_HD Sampler(const PatchProblem& problem, const ImageView& view, std::int64_t m,
                    const PatchTaps<T>& patch_taps)
      : Samples<P>(problem, view, m), taps(patch_taps) {}

  PPATCH_HD T filtered(const T* wy, const T* wx, std::int64_t r, std::int64_t q, int c) const {
    return Samples<P>::filtered(taps, wy, wx, r, q, c);
  }

  PPATCH_HD void sample(std::int64_t r, std::int64_t q, T* value) const {
    for (int c = 0; c < C; ++c) value[c] = filtered(taps.y.weight, taps.x.weight, r, q, c);
  }
};

// The sampler of patch k in batch slice m.
template <class P>
PPATCH_HD Sampler<P> patch_sampler(const PatchProblem& problem, const ImageView& image,
                                   std::int64_t m, std::int64_t k) {
  return {problem, image, problem.image_of(m, k),
          sampling_patch_taps<typename P::Real>(problem.interpolation, problem.origins[k])};
}

}  // namespace ppatch
