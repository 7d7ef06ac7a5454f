// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_operators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dtype_dispatch.hpp"
#include "core/registration/pair_kernels.hpp"
#include "kernels/registration/pair_values.hpp"

namespace ppatch {
namespace {

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

template <class Body>
void PairOperators::each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                               std::int64_t width) const {
  arena_.parallel_for(count * height, [&](std::int64_t index, int) {
    for (std::int64_t x = 0; x < width; ++x) body.at(index / height, index % height, x);
  });
}

void PairOperators::shift_image(const ImageView& image, const double shift[2],
                                const ResampleSettings& settings, const ImageView& out) const {
  with_sample(image.dtype, [&](auto sample) {
    auto pixel = shift_pixel<decltype(sample)>(shift, settings);
    pixel.image = image;
    pixel.out = out;
    each_pixel(pixel, out.count, out.height, out.width);
  });
}

void PairOperators::normalise_mosaic(const SceneImageView& image, int period,
                                     const ImageView& out) const {
  with_sample(image.dtype, [&](auto sample) {
    NormalisedPixel<decltype(sample)> pixel;
    pixel.mosaic = mosaic_samples<decltype(sample)>(image, period);
    pixel.out = out;
    each_pixel(pixel, 1, out.height, out.width);
  });
}

void PairOperators::bin_mosaic(const SceneImageView& image, const CfaPattern& mosaic, int block,
                               const ImageView& out) const {
  with_sample(image.dtype, [&](auto sample) {
    BinnedPixel<decltype(sample)> pixel;
    pixel.mosaic = mosaic_samples<decltype(sample)>(image, mosaic.period);
    std::copy(mosaic.colour, mosaic.colour + 36, pixel.colour);
    pixel.block = block;
    pixel.out = out;
    each_pixel(pixel, 1, out.height, out.width);
  });
}

template <class Value>
double PairOperators::sum_over_rows(const ImageView& shape, const Value& value) const {
  const std::int64_t rows = shape.count * shape.height;
  Buffer<double> sums(allocator_, rows);
  arena_.parallel_for(rows, [&](std::int64_t index, int) {
    const std::int64_t m = index / shape.height;
    const std::int64_t y = index % shape.height;
    double sum = 0.0;
    for (std::int64_t x = 0; x < shape.width; ++x) sum += value.at(m, y, x);
    sums[index] = sum;
  });
  double sum = 0.0;
  for (std::int64_t i = 0; i < rows; ++i) sum += sums[i];
  return sum;
}

double PairOperators::pair_gain(const ImageView& anchor, const ImageView& target) const {
  const double top = sum_over_rows(anchor, SampleValue{anchor});
  const double bottom = sum_over_rows(target, SampleValue{target});
  return bottom != 0.0 ? top / bottom : std::numeric_limits<double>::quiet_NaN();
}

double PairOperators::pair_loss(const ImageView& anchor, const ImageView& target,
                                double gain) const {
  return sum_over_rows(anchor, LossValue{anchor, target, gain}) /
         static_cast<double>(anchor.count * anchor.height * anchor.width);
}

double PairOperators::pair_mask(const ImageView& anchor, const ImageView& target,
                                const PairMaskSettings& settings, const ImageView& mask) const {
  const std::int64_t h = anchor.height;
  const std::int64_t w = anchor.width;
  Buffer<float> differences(allocator_, h * w);
  DifferencePixel difference;
  difference.anchor = anchor;
  difference.target = target;
  difference.gain = settings.gain;
  difference.out = differences.data();
  each_pixel(difference, 1, h, w);
  Buffer<float> sorted(allocator_, h * w);
  std::copy(differences.data(), differences.data() + h * w, sorted.data());
  Buffer<unsigned char> left(allocator_, h * w);
  ErodedPixel eroded;
  eroded.difference = differences.data();
  eroded.bound = std::min(settings.threshold, quantile_of(sorted.data(), h * w, settings.quantile));
  eroded.out = {left.data(), h, w};
  each_pixel(eroded, 1, h, w);
  MaskPixel pixel;
  pixel.anchor = anchor;
  pixel.eroded = eroded.out;
  pixel.clips = settings.clips;
  pixel.clip_bound = settings.clip_bound;
  pixel.out = mask;
  each_pixel(pixel, 1, h, w);
  ImageView flags = mask;
  flags.count = 1;
  return sum_over_rows(flags, MaskValue{flags}) / static_cast<double>(h * w);
}

}  // namespace ppatch
