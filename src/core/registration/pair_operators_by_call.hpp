// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend.hpp"
#include "core/dtype_dispatch.hpp"
#include "kernels/registration/channel_sum.hpp"
#include "kernels/registration/moved_pixels.hpp"
#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {

// NumPy's quantile of n values, interpolated linearly. at(rank): the value of that rank.
template <class At>
double interpolated_quantile(std::int64_t n, double q, const At& at) {
  const double place = q * static_cast<double>(n - 1);
  const auto below = static_cast<std::int64_t>(std::floor(place));
  const double low = at(below);
  if (below + 1 >= n) return low;
  return low + (place - static_cast<double>(below)) * (at(below + 1) - low);
}

// Of two sums over as many values; NaN where there is none.
inline double gain_of(double anchor, double target) {
  return target != 0.0 ? anchor / target : std::numeric_limits<double>::quiet_NaN();
}

// What is known of a pair once its gains are; settings: whose gain of 0 becomes the pair's own.
inline ppatch_pair_measures gains_of(const RawPair& pair, double raw_gain, double gain,
                                     PairMaskSettings& settings) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  if (settings.gain == 0.0) settings.gain = gain;
  return {raw_gain, pair.cfa.period > 1 ? gain : unknown, unknown, unknown, {}};
}

// Whether a pair can be compared with that gain.
inline bool is_comparable(const PairMaskSettings& settings) {
  return std::isfinite(settings.gain) && settings.gain != 0.0;
}

// What the pair operators of any backend have in common. Call(machine) begins a call; it has
//
//   ImageView input(name, view), output(name, view);    the images where kernels reach them
//   T* scratch<T>(count);
//   void run_each_pixel(body, count, height, width);    body.at(m, y, x)
//   double sum_over_rows(view, value);                  rows summed on their own, then in order
//   void finish();                                      when it returns, outputs are complete
template <class Call, class Machine>
class PairOperatorsByCall : public PairOperators {
 public:
  explicit PairOperatorsByCall(const Machine& machine) : machine_(machine) {}

  void shift_image(const ImageView& image, const double shift[2], const ResampleSettings& settings,
                   const ImageView& out) const override {
    Call call(machine_);
    with_sample(image.dtype, [&](auto sample) {
      ShiftPixel<decltype(sample)> pixel;
      pixel.moved = moved_pixel<decltype(sample)>(call, image, settings, out);
      pixel.y_taps = ShiftTaps(settings.interpolation, settings.period, shift[0]);
      pixel.x_taps = ShiftTaps(settings.interpolation, settings.period, shift[1]);
      call.run_each_pixel(pixel, out.count, out.height, out.width);
    });
    call.finish();
  }

  void warp_image(const ImageView& image, const MotionMap& map, const ResampleSettings& settings,
                  const ImageView& out) const override {
    Call call(machine_);
    with_sample(image.dtype, [&](auto sample) {
      WarpPixel<decltype(sample)> pixel;
      pixel.moved = moved_pixel<decltype(sample)>(call, image, settings, out);
      pixel.interpolation = settings.interpolation;
      pixel.map = map;
      if (map.field.values) {
        const std::int64_t count = 2 * map.field.rows() * map.field.columns();
        const ImageView field{
            const_cast<double*>(map.field.values), DType::f64, 1, 1, count, count, count, 1};
        pixel.map.field.values = static_cast<const double*>(call.input("tiles", field).data);
      }
      call.run_each_pixel(pixel, out.count, out.height, out.width);
    });
    call.finish();
  }

  void image_luminance(const ImageView& image, const ChannelSum& sum,
                       const ImageView& out) const override {
    Call call(machine_);
    with_sample(image.dtype, [&](auto sample) {
      LuminancePixel<decltype(sample)> pixel;
      pixel.image = call.input("image", image);
      pixel.sum = sum;
      pixel.out = call.output("out", out);
      call.run_each_pixel(pixel, 1, out.height, out.width);
    });
    call.finish();
  }

  void normalise_mosaic(const SceneImageView& image, int period,
                        const ImageView& out) const override {
    Call call(machine_);
    with_sample(image.dtype, [&](auto sample) {
      NormalisedPixel<decltype(sample)> pixel;
      pixel.mosaic = samples_of<decltype(sample)>(call, image, period);
      pixel.out = call.output("out", out);
      call.run_each_pixel(pixel, 1, out.height, out.width);
    });
    call.finish();
  }

  void bin_mosaic(const SceneImageView& image, const CfaPattern& cfa, int block,
                  const ImageView& out) const override {
    Call call(machine_);
    with_sample(image.dtype, [&](auto sample) {
      BinnedPixel<decltype(sample)> pixel;
      pixel.mosaic = samples_of<decltype(sample)>(call, image, cfa.period);
      std::copy(cfa.colour, cfa.colour + 36, pixel.colour);
      pixel.block = block;
      pixel.out = call.output("out", out);
      call.run_each_pixel(pixel, 1, out.height, out.width);
    });
    call.finish();
  }

  double pair_gain(const ImageView& anchor, const ImageView& target) const override {
    Call call(machine_);
    const double top = call.sum_over_rows(anchor, SampleValue{call.input("anchor", anchor)});
    const double bottom = call.sum_over_rows(target, SampleValue{call.input("target", target)});
    return gain_of(top, bottom);
  }

  double pair_loss(const ImageView& anchor, const ImageView& target, double gain) const override {
    Call call(machine_);
    const LossValue value{call.input("anchor", anchor), call.input("target", target), gain};
    return call.sum_over_rows(anchor, value) /
           static_cast<double>(anchor.count * anchor.height * anchor.width);
  }

 protected:
  template <class T>
  static MosaicSamples<T> samples_of(Call& call, const SceneImageView& image, int period,
                                     const char* name = "image.pixels") {
    const ImageView pixels =
        call.input(name, {const_cast<void*>(image.data), image.dtype, 1, image.height, image.width,
                          0, image.stride_y, image.stride_x});
    MosaicSamples<T> samples;
    samples.pixels = {pixels.data, pixels.height, pixels.width, pixels.stride_y, pixels.stride_x};
    samples.period = period;
    std::copy(image.black, image.black + 36, samples.black);
    samples.white = image.white;
    return samples;
  }

  template <class T>
  static MovedPixel<T> moved_pixel(Call& call, const ImageView& image,
                                   const ResampleSettings& settings, const ImageView& out) {
    MovedPixel<T> moved;
    moved.boundary = settings.boundary;
    moved.period = settings.period;
    moved.gain = settings.gain;
    moved.constant = settings.constant;
    moved.image = call.input("image", image);
    moved.out = call.output("out", out);
    return moved;
  }

  const Machine& machine_;
};

}  // namespace ppatch
