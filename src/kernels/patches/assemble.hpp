// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "math/hd.hpp"
#include "math/patches/patch_views.hpp"
#include "math/pixel.hpp"

namespace ppatch {

// Divides a pixel by its coverage.
template <class P>
struct AssemblePixel {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  ImageView image, coverage;
  T floor = T(0);

  AssemblePixel(const ImageView& sum, const ImageView& weights, double eps)
      : image(sum), coverage(weights), floor(static_cast<T>(eps)) {
    if (floor < std::numeric_limits<T>::min()) floor = std::numeric_limits<T>::min();
  }

  std::int64_t count() const { return image.count * image.height * image.width; }

  // Of all images, counted row by row.
  PPATCH_HD void operator()(std::int64_t index) const {
    divide(index / image.width / image.height, index / image.width % image.height,
           index % image.width);
  }

  PPATCH_HD void divide(std::int64_t m, std::int64_t y, std::int64_t x) const {
    const T cover = P::load(*coverage.template at<S>(m, y, x));
    const T weight = cover < floor ? floor : cover;
    S* value = image.template at<S>(m, y, x);
    for (int c = 0; c < C; ++c) value[c] = P::store(P::load(value[c]) / weight);
  }
};

}  // namespace ppatch
