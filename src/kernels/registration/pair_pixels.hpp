// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/registration/scene_image.hpp"
#include "math/boundary.hpp"
#include "math/division.hpp"
#include "math/taps.hpp"
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

// To the nearest integer, clamped; what is no number to 0.
template <class T>
PPATCH_HD T rounded_sample(double value) {
  if constexpr (std::is_integral_v<T>) {
    constexpr auto low = static_cast<double>(std::numeric_limits<T>::lowest());
    constexpr auto high = static_cast<double>(std::numeric_limits<T>::max());
    const double nearest = std::floor(value + 0.5);
    if (!(nearest > low)) return nearest <= low ? std::numeric_limits<T>::lowest() : T(0);
    return static_cast<T>(nearest < high ? nearest : high);
  } else {
    return static_cast<T>(value);
  }
}

// The taps of one axis for a shift that is the same everywhere.
struct ShiftTaps {
  ShiftTaps() = default;
  ShiftTaps(Interpolation interpolation, std::int64_t period, double shift) {
    const double at = -shift / static_cast<double>(period);
    const double integer = std::floor(at);
    sampling_taps(interpolation, at - integer, taps);
    first = static_cast<std::int64_t>(integer) + taps.first;
  }
  Taps taps;
  std::int64_t first = 0;
};

// out[y, x] = gain * image(y - shift[0], x - shift[1]), taps being `period` pixels apart.
template <class T>
struct ShiftPixel {
  ImageView image, out;
  ShiftTaps y_taps, x_taps;
  Boundary boundary = Boundary::zero;
  std::int64_t period = 1;
  double gain = 1.0, constant = 0.0;

  PPATCH_HD void at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    double sum = 0.0;
    PPATCH_ROLLED
    for (int j = 0; j < y_taps.taps.count; ++j) {
      const std::int64_t iy =
          extended_index(boundary, y + period * (y_taps.first + j), image.height);
      double line = 0.0;
      PPATCH_ROLLED
      for (int i = 0; i < x_taps.taps.count; ++i) {
        const std::int64_t ix =
            extended_index(boundary, x + period * (x_taps.first + i), image.width);
        const double value = iy < 0 || ix < 0 ? (boundary == Boundary::constant ? constant : 0.0)
                                              : static_cast<double>(*image.at<T>(m, iy, ix));
        line += x_taps.taps.weight[i] * value;
      }
      sum += y_taps.taps.weight[j] * line;
    }
    *out.at<T>(m, y, x) = rounded_sample<T>(gain * sum);
  }
};

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
