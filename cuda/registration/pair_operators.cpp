// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/pair_operators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dtype_dispatch.hpp"
#include "core/registration/pair_kernels.hpp"
#include "cuda/registration/image_call.hpp"
#include "cuda/registration/kernels/row_sums.hpp"
#include "cuda/registration/kernels/value_select.hpp"
#include "kernels/registration/pair_values.hpp"

namespace ppatch {
namespace {

template <class Value>
double sum_over_rows(ImageCall& call, const ImageView& shape, const Value& value) {
  const std::int64_t rows = shape.count * shape.height;
  if (rows == 0) return 0.0;
  RowSums<Value> kernel;
  kernel.value = value;
  kernel.count = shape.count;
  kernel.height = shape.height;
  kernel.width = shape.width;
  kernel.sums = call.scratch<double>(rows);
  call.run(kernel);
  double sum = 0.0;
  for (const double row : call.fetched(kernel.sums, rows)) sum += row;
  return sum;
}

// The value of that rank among n floats that are not negative.
class Selector {
 public:
  Selector(ImageCall& call, const float* value, std::int64_t n)
      : call_(call), selection_(call.scratch<ValueSelection>(1)) {
    count_.value = value;
    count_.count = n;
    count_.selection = selection_;
    count_.counts = call.scratch<std::uint32_t>(count_.blocks() * ValueSelection::digits);
  }

  double find(std::int64_t rank) {
    call_.run_each(SelectionBegin{rank, selection_}, 1);
    for (int pass = 0; pass < ValueSelection::passes; ++pass) {
      count_.pass = pass;
      call_.run(count_);
      call_.run(SelectionFollow{count_.counts, count_.blocks(), pass, selection_});
    }
    return static_cast<double>(float_of(call_.fetched(selection_, 1)[0].found));
  }

 private:
  ImageCall& call_;
  ValueSelection* selection_;
  SelectionCount count_;
};

// NumPy's quantile, interpolated linearly.
double quantile_of(ImageCall& call, const float* value, std::int64_t n, double q) {
  const double place = q * static_cast<double>(n - 1);
  const auto below = static_cast<std::int64_t>(std::floor(place));
  Selector selector(call, value, n);
  const double low = selector.find(below);
  if (below + 1 >= n) return low;
  return low + (place - static_cast<double>(below)) * (selector.find(below + 1) - low);
}

template <class T>
MosaicSamples<T> samples_of(ImageCall& call, const SceneImageView& image, int period) {
  ImageView view;
  view.data = const_cast<void*>(image.data);
  view.dtype = image.dtype;
  view.count = 1;
  view.height = image.height;
  view.width = image.width;
  view.stride_y = image.stride_y;
  view.stride_x = image.stride_x;
  view = call.input("image.pixels", view);
  auto samples = mosaic_samples<T>(image, period);
  samples.pixels.data = view.data;
  samples.pixels.stride_y = view.stride_y;
  samples.pixels.stride_x = view.stride_x;
  return samples;
}

}  // namespace

void CudaPairOperators::shift_image(const ImageView& image, const double shift[2],
                                    const ResampleSettings& settings, const ImageView& out) const {
  ImageCall call(machine_);
  with_sample(image.dtype, [&](auto sample) {
    auto pixel = shift_pixel<decltype(sample)>(shift, settings);
    pixel.image = call.input("image", image);
    pixel.out = call.output("out", out);
    call.run_each_pixel(pixel, out.count, out.height, out.width);
  });
  call.finish();
}

void CudaPairOperators::normalise_mosaic(const SceneImageView& image, int period,
                                         const ImageView& out) const {
  ImageCall call(machine_);
  with_sample(image.dtype, [&](auto sample) {
    NormalisedPixel<decltype(sample)> pixel;
    pixel.mosaic = samples_of<decltype(sample)>(call, image, period);
    pixel.out = call.output("out", out);
    call.run_each_pixel(pixel, 1, out.height, out.width);
  });
  call.finish();
}

void CudaPairOperators::bin_mosaic(const SceneImageView& image, const CfaPattern& mosaic, int block,
                                   const ImageView& out) const {
  ImageCall call(machine_);
  with_sample(image.dtype, [&](auto sample) {
    BinnedPixel<decltype(sample)> pixel;
    pixel.mosaic = samples_of<decltype(sample)>(call, image, mosaic.period);
    std::copy(mosaic.colour, mosaic.colour + 36, pixel.colour);
    pixel.block = block;
    pixel.out = call.output("out", out);
    call.run_each_pixel(pixel, 1, out.height, out.width);
  });
  call.finish();
}

double CudaPairOperators::pair_gain(const ImageView& anchor, const ImageView& target) const {
  ImageCall call(machine_);
  const double top = sum_over_rows(call, anchor, SampleValue{call.input("anchor", anchor)});
  const double bottom = sum_over_rows(call, target, SampleValue{call.input("target", target)});
  return bottom != 0.0 ? top / bottom : std::numeric_limits<double>::quiet_NaN();
}

double CudaPairOperators::pair_loss(const ImageView& anchor, const ImageView& target,
                                    double gain) const {
  ImageCall call(machine_);
  const LossValue value{call.input("anchor", anchor), call.input("target", target), gain};
  return sum_over_rows(call, anchor, value) /
         static_cast<double>(anchor.count * anchor.height * anchor.width);
}

double CudaPairOperators::pair_mask(const ImageView& anchor, const ImageView& target,
                                    const PairMaskSettings& settings, const ImageView& mask) const {
  const std::int64_t h = anchor.height;
  const std::int64_t w = anchor.width;
  ImageCall call(machine_);
  DifferencePixel difference;
  difference.anchor = call.input("anchor", anchor);
  difference.target = call.input("target", target);
  difference.gain = settings.gain;
  difference.out = call.scratch<float>(h * w);
  call.run_each_pixel(difference, 1, h, w);
  ErodedPixel eroded;
  eroded.difference = difference.out;
  eroded.bound =
      std::min(settings.threshold, quantile_of(call, difference.out, h * w, settings.quantile));
  eroded.out = {call.scratch<unsigned char>(h * w), h, w};
  call.run_each_pixel(eroded, 1, h, w);
  MaskPixel pixel;
  pixel.anchor = difference.anchor;
  pixel.eroded = eroded.out;
  pixel.clips = settings.clips;
  pixel.clip_bound = settings.clip_bound;
  pixel.out = call.output("mask", mask);
  call.run_each_pixel(pixel, 1, h, w);
  ImageView flags = pixel.out;
  flags.count = 1;
  const double kept = sum_over_rows(call, flags, MaskValue{flags});
  call.finish();
  return kept / static_cast<double>(h * w);
}

}  // namespace ppatch
