// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "math/boundary.hpp"
#include "math/registration/motion_map.hpp"
#include "math/taps.hpp"
#include "math/views.hpp"

// Pixels of an image that is moved, one at a time: (m, y, x) of the output.
namespace ppatch {

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

// The taps of one axis for a shift.
struct ShiftTaps {
  ShiftTaps() = default;
  PPATCH_HD ShiftTaps(Interpolation interpolation, std::int64_t period, double shift) {
    const double at = -shift / static_cast<double>(period);
    const double integer = std::floor(at);
    sampling_taps(interpolation, at - integer, taps);
    first = static_cast<std::int64_t>(integer) + taps.first;
  }
  // Whether all of them lie on an axis of n samples, for the one at `place`.
  PPATCH_HD bool lie_inside(std::int64_t place, std::int64_t period, std::int64_t n) const {
    const std::int64_t begin = place + period * first;
    return begin >= 0 && begin + period * (taps.count - 1) < n;
  }
  Taps taps;
  std::int64_t first = 0;
};

// gain * image, taps being `period` pixels apart.
template <class T>
struct MovedPixel {
  ImageView image, out;
  Boundary boundary = Boundary::zero;
  std::int64_t period = 1;
  double gain = 1.0, constant = 0.0;

  PPATCH_HD void store(std::int64_t m, std::int64_t y, std::int64_t x, const ShiftTaps& down,
                       const ShiftTaps& across) const {
    const bool inside =
        down.lie_inside(y, period, image.height) && across.lie_inside(x, period, image.width);
    const double sum =
        inside ? sum_inside(m, y, x, down, across) : sum_extended(m, y, x, down, across);
    *out.at<T>(m, y, x) = rounded_sample<T>(gain * sum);
  }

 private:
  // The sum of the extended image where nothing of it is.
  PPATCH_HD double sum_inside(std::int64_t m, std::int64_t y, std::int64_t x, const ShiftTaps& down,
                              const ShiftTaps& across) const {
    const T* row = image.at<T>(m, y + period * down.first, x + period * across.first);
    double sum = 0.0;
    PPATCH_ROLLED
    for (int j = 0; j < down.taps.count; ++j) {
      double line = 0.0;
      PPATCH_ROLLED
      for (int i = 0; i < across.taps.count; ++i) {
        line += across.taps.weight[i] * static_cast<double>(row[i * period * image.stride_x]);
      }
      sum += down.taps.weight[j] * line;
      row += period * image.stride_y;
    }
    return sum;
  }

  PPATCH_HD double sum_extended(std::int64_t m, std::int64_t y, std::int64_t x,
                                const ShiftTaps& down, const ShiftTaps& across) const {
    double sum = 0.0;
    PPATCH_ROLLED
    for (int j = 0; j < down.taps.count; ++j) {
      const std::int64_t iy = extended_index(boundary, y + period * (down.first + j), image.height);
      double line = 0.0;
      PPATCH_ROLLED
      for (int i = 0; i < across.taps.count; ++i) {
        const std::int64_t ix =
            extended_index(boundary, x + period * (across.first + i), image.width);
        const double value = iy < 0 || ix < 0 ? (boundary == Boundary::constant ? constant : 0.0)
                                              : static_cast<double>(*image.at<T>(m, iy, ix));
        line += across.taps.weight[i] * value;
      }
      sum += down.taps.weight[j] * line;
    }
    return sum;
  }
};

// out[y, x] = gain * image(y - shift[0], x - shift[1]).
template <class T>
struct ShiftPixel {
  MovedPixel<T> moved;
  ShiftTaps y_taps, x_taps;

  PPATCH_HD void at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    moved.store(m, y, x, y_taps, x_taps);
  }
};

// The same of a shift that depends on the place.
template <class T>
struct WarpPixel {
  MovedPixel<T> moved;
  Interpolation interpolation = Interpolation::bilinear;
  MotionMap map;

  PPATCH_HD void at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    double d[2];
    map.at(static_cast<double>(y), static_cast<double>(x), d);
    const ShiftTaps down(interpolation, moved.period, d[0]);
    const ShiftTaps across(interpolation, moved.period, d[1]);
    moved.store(m, y, x, down, across);
  }
};

}  // namespace ppatch
