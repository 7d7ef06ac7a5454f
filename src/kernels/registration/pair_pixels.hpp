// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/registration/scene_image.hpp"
#include "math/division.hpp"
#include "math/views.hpp"

// Pixels of aligned pairs and of mosaics, one at a time: (m, y, x) of the output.
namespace ppatch {

PPATCH_HD double sample_at(const ImageView& image, std::int64_t m, std::int64_t y, std::int64_t x) {
  if (image.dtype == DType::f32) return static_cast<double>(*image.at<float>(m, y, x));
  return *image.at<double>(m, y, x);
}

PPATCH_HD void store_sample(const ImageView& image, std::int64_t m, std::int64_t y, std::int64_t x,
                            double value) {
  if (image.dtype == DType::f32) {
    *image.at<float>(m, y, x) = static_cast<float>(value);
  } else {
    *image.at<double>(m, y, x) = value;
  }
}

// A mosaic between its black levels and its white level.
template <class T>
struct MosaicSamples {
  ScenePixels pixels;
  int period = 1;
  double black[36] = {};
  double white = 0.0;

  PPATCH_HD double at(std::int64_t y, std::int64_t x) const {
    const auto value = static_cast<double>(pixels.row<T>(y)[x * pixels.stride_x]);
    const double level = black[static_cast<std::uint64_t>(y) % static_cast<unsigned>(period) *
                                   static_cast<unsigned>(period) +
                               static_cast<std::uint64_t>(x) % static_cast<unsigned>(period)];
    return (value - level) / (white - level);
  }
};

template <class T>
struct NormalisedPixel {
  MosaicSamples<T> mosaic;
  ImageView out;

  PPATCH_HD void at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    store_sample(out, m, y, x, mosaic.at(y, x));
  }
};

// Means by colour over block x block pixels: all three images of an output pixel.
template <class T>
struct BinnedPixel {
  MosaicSamples<T> mosaic;
  unsigned char colour[36] = {};
  int block = 2;
  ImageView out;

  PPATCH_HD void at(std::int64_t, std::int64_t by, std::int64_t bx) const {
    double sum[3] = {};
    int count[3] = {};
    const auto period = static_cast<unsigned>(mosaic.period);
    PPATCH_ROLLED
    for (std::int64_t y = by * block; y < (by + 1) * block; ++y) {
      PPATCH_ROLLED
      for (std::int64_t x = bx * block; x < (bx + 1) * block; ++x) {
        const int c = colour[static_cast<std::uint64_t>(y) % period * period +
                             static_cast<std::uint64_t>(x) % period];
        const double value = mosaic.at(y, x);
        for (int k = 0; k < 3; ++k) {
          sum[k] += k == c ? value : 0.0;
          count[k] += k == c ? 1 : 0;
        }
      }
    }
    for (int k = 0; k < 3; ++k) store_sample(out, k, by, bx, sum[k] / count[k]);
  }
};

// What is summed about a pair.
struct SampleValue {
  ImageView image;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return sample_at(image, m, y, x);
  }
};

struct LossValue {
  ImageView anchor, target;
  double gain = 1.0;
  PPATCH_HD double at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return std::fabs(sample_at(anchor, m, y, x) - gain * sample_at(target, m, y, x));
  }
};

// A body over all pixels of height x width images, as pieces of a device's work.
template <class Body>
struct EachPixel {
  Body body;
  std::int64_t height = 0, width = 0;

  PPATCH_HD void operator()(std::int64_t index) const {
    const Division row = divide(index, width);
    const Division image = divide(row.quotient, height);
    body.at(image.quotient, image.remainder, row.remainder);
  }
};

}  // namespace ppatch
