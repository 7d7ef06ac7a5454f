// SPDX-License-Identifier: Apache-2.0
#include "cpu/pair_operators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/boundary.hpp"
#include "math/taps.hpp"

namespace ptychopatch {
namespace {

template <class Body>
void with_sample(DType dtype, Body&& body) {
  if (dtype == DType::u16) {
    body(std::uint16_t{});
  } else if (dtype == DType::f32) {
    body(float{});
  } else {
    body(double{});
  }
}

double sample_at(const ImageView& image, std::int64_t m, std::int64_t y, std::int64_t x) {
  if (image.dtype == DType::f32) return static_cast<double>(*image.at<float>(m, y, x));
  return *image.at<double>(m, y, x);
}

void store(const ImageView& image, std::int64_t m, std::int64_t y, std::int64_t x, double value) {
  if (image.dtype == DType::f32) {
    *image.at<float>(m, y, x) = static_cast<float>(value);
  } else {
    *image.at<double>(m, y, x) = value;
  }
}

template <class T>
T rounded(double value) {
  if constexpr (std::is_same_v<T, std::uint16_t>) {
    if (!(value > 0.0)) return 0;
    return static_cast<std::uint16_t>(std::min(65535.0, std::floor(value + 0.5)));
  } else {
    return static_cast<T>(value);
  }
}

// The taps of one axis for a shift that is the same everywhere.
struct AxisTaps {
  AxisTaps(const ResampleSettings& settings, double shift) {
    const double at = -shift / static_cast<double>(settings.period);
    const double whole = std::floor(at);
    taps = sampling_taps(settings.interpolation, at - whole);
    first = static_cast<std::int64_t>(whole) + taps.first;
  }
  Taps taps;
  std::int64_t first = 0;
};

double scene_value(const SceneImageView& image, int period, std::int64_t y, std::int64_t x) {
  const std::int64_t at = y * image.stride_y + x * image.stride_x;
  double value = 0.0;
  with_sample(image.dtype, [&](auto sample) {
    value = static_cast<double>(static_cast<const decltype(sample)*>(image.data)[at]);
  });
  const double black = image.black[y % period * period + x % period];
  return (value - black) / (image.white - black);
}

double gamma_of(double value) { return value > 0.0 ? std::pow(value, 1.0 / 2.2) : value; }

// NumPy's quantile, interpolated linearly; reorders the values.
double quantile_of(float* values, std::int64_t n, double q) {
  const double place = q * static_cast<double>(n - 1);
  const auto below = static_cast<std::int64_t>(std::floor(place));
  std::nth_element(values, values + below, values + n);
  const double low = values[below];
  if (below + 1 >= n) return low;
  const double high = *std::min_element(values + below + 1, values + n);
  return low + (place - static_cast<double>(below)) * (high - low);
}

}  // namespace

void PairOperators::shift_image(const ImageView& image, const double shift[2],
                                const ResampleSettings& settings, const ImageView& out) const {
  const AxisTaps along_y(settings, shift[0]);
  const AxisTaps along_x(settings, shift[1]);
  with_sample(image.dtype, [&](auto sample) {
    using T = decltype(sample);
    arena_.parallel_for(out.count * out.height, [&](std::int64_t index, int) {
      const std::int64_t m = index / out.height;
      const std::int64_t y = index % out.height;
      for (std::int64_t x = 0; x < out.width; ++x) {
        double sum = 0.0;
        for (int j = 0; j < along_y.taps.count; ++j) {
          const std::int64_t iy = extended_index(
              settings.boundary, y + settings.period * (along_y.first + j), image.height);
          double line = 0.0;
          for (int i = 0; i < along_x.taps.count; ++i) {
            const std::int64_t ix = extended_index(
                settings.boundary, x + settings.period * (along_x.first + i), image.width);
            const double value =
                iy < 0 || ix < 0
                    ? (settings.boundary == Boundary::constant ? settings.constant : 0.0)
                    : static_cast<double>(*image.at<T>(m, iy, ix));
            line += along_x.taps.weight[i] * value;
          }
          sum += along_y.taps.weight[j] * line;
        }
        *out.at<T>(m, y, x) = rounded<T>(settings.gain * sum);
      }
    });
  });
}

void PairOperators::normalise_mosaic(const SceneImageView& image, int period,
                                     const ImageView& out) const {
  arena_.parallel_for(out.height, [&](std::int64_t y, int) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      store(out, 0, y, x, scene_value(image, period, y, x));
    }
  });
}

void PairOperators::bin_mosaic(const SceneImageView& image, const Mosaic& mosaic, int block,
                               const ImageView& out) const {
  arena_.parallel_for(out.height, [&](std::int64_t by, int) {
    for (std::int64_t bx = 0; bx < out.width; ++bx) {
      double sum[3] = {};
      int count[3] = {};
      for (std::int64_t y = by * block; y < (by + 1) * block; ++y) {
        for (std::int64_t x = bx * block; x < (bx + 1) * block; ++x) {
          const int colour = mosaic.at(y, x);
          sum[colour] += scene_value(image, mosaic.period, y, x);
          ++count[colour];
        }
      }
      for (int c = 0; c < 3; ++c) store(out, c, by, bx, sum[c] / count[c]);
    }
  });
}

template <class Value>
double PairOperators::sum_over_rows(const ImageView& shape, Value&& value) const {
  const std::int64_t rows = shape.count * shape.height;
  Buffer<double> sums(allocator_, rows);
  arena_.parallel_for(rows, [&](std::int64_t index, int) {
    const std::int64_t m = index / shape.height;
    const std::int64_t y = index % shape.height;
    double sum = 0.0;
    for (std::int64_t x = 0; x < shape.width; ++x) sum += value(m, y, x);
    sums[index] = sum;
  });
  double sum = 0.0;
  for (std::int64_t i = 0; i < rows; ++i) sum += sums[i];
  return sum;
}

double PairOperators::pair_gain(const ImageView& anchor, const ImageView& target) const {
  const double top = sum_over_rows(anchor, [&](std::int64_t m, std::int64_t y, std::int64_t x) {
    return sample_at(anchor, m, y, x);
  });
  const double bottom = sum_over_rows(target, [&](std::int64_t m, std::int64_t y, std::int64_t x) {
    return sample_at(target, m, y, x);
  });
  return bottom != 0.0 ? top / bottom : std::numeric_limits<double>::quiet_NaN();
}

double PairOperators::pair_loss(const ImageView& anchor, const ImageView& target,
                                double gain) const {
  const double sum = sum_over_rows(anchor, [&](std::int64_t m, std::int64_t y, std::int64_t x) {
    return std::abs(sample_at(anchor, m, y, x) - gain * sample_at(target, m, y, x));
  });
  return sum / static_cast<double>(anchor.count * anchor.height * anchor.width);
}

double PairOperators::pair_mask(const ImageView& anchor, const ImageView& target,
                                const PairMaskSettings& settings, const ImageView& mask) const {
  const std::int64_t h = anchor.height;
  const std::int64_t w = anchor.width;
  Buffer<float> difference(allocator_, h * w);
  Buffer<float> sorted(allocator_, h * w);
  Buffer<unsigned char> kept(allocator_, h * w);
  Buffer<unsigned char> eroded(allocator_, h * w);
  arena_.parallel_for(h, [&](std::int64_t y, int) {
    for (std::int64_t x = 0; x < w; ++x) {
      double sum = 0.0;
      for (std::int64_t m = 0; m < anchor.count; ++m) {
        sum += std::abs(gamma_of(sample_at(anchor, m, y, x)) -
                        gamma_of(settings.gain * sample_at(target, m, y, x)));
      }
      difference[y * w + x] = sorted[y * w + x] = static_cast<float>(sum);
    }
  });
  const double bound =
      std::min(settings.threshold, quantile_of(sorted.data(), h * w, settings.quantile));
  for (std::int64_t i = 0; i < h * w; ++i) kept[i] = difference[i] <= bound ? 1 : 0;
  const auto cross = [&](const Buffer<unsigned char>& from, std::int64_t y, std::int64_t x,
                         bool all) {
    const auto at = [&](std::int64_t v, std::int64_t u) {
      return v >= 0 && v < h && u >= 0 && u < w && from[v * w + u] != 0;
    };
    return all ? at(y, x) && at(y - 1, x) && at(y + 1, x) && at(y, x - 1) && at(y, x + 1)
               : at(y, x) || at(y - 1, x) || at(y + 1, x) || at(y, x - 1) || at(y, x + 1);
  };
  arena_.parallel_for(h, [&](std::int64_t y, int) {
    for (std::int64_t x = 0; x < w; ++x) eroded[y * w + x] = cross(kept, y, x, true) ? 1 : 0;
  });
  Buffer<std::int64_t> counts(allocator_, h);
  arena_.parallel_for(h, [&](std::int64_t y, int) {
    counts[y] = 0;
    for (std::int64_t x = 0; x < w; ++x) {
      bool keep = cross(eroded, y, x, false);
      for (std::int64_t m = 0; settings.clips && m < anchor.count; ++m) {
        keep = keep && sample_at(anchor, m, y, x) < settings.clip_bound;
      }
      *mask.at<std::uint8_t>(0, y, x) = keep ? 1 : 0;
      counts[y] += keep ? 1 : 0;
    }
  });
  std::int64_t total = 0;
  for (std::int64_t y = 0; y < h; ++y) total += counts[y];
  return static_cast<double>(total) / static_cast<double>(h * w);
}

}  // namespace ptychopatch
