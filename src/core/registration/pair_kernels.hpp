// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_REGISTRATION_PAIR_KERNELS_HPP_
#define PTYCHOPATCH_CORE_REGISTRATION_PAIR_KERNELS_HPP_

#include <algorithm>

#include "core/backend.hpp"
#include "kernels/registration/pair_pixels.hpp"

// Kernels of pairs and mosaics with what the settings say; arrays that are elsewhere are the
// backend's to set.
namespace ppatch {

template <class T>
ShiftPixel<T> shift_pixel(const double shift[2], const ResampleSettings& settings) {
  ShiftPixel<T> pixel;
  pixel.y_taps = ShiftTaps(settings.interpolation, settings.period, shift[0]);
  pixel.x_taps = ShiftTaps(settings.interpolation, settings.period, shift[1]);
  pixel.boundary = settings.boundary;
  pixel.period = settings.period;
  pixel.gain = settings.gain;
  pixel.constant = settings.constant;
  return pixel;
}

template <class T>
MosaicSamples<T> mosaic_samples(const SceneImageView& image, int period) {
  MosaicSamples<T> samples;
  samples.pixels.data = image.data;
  samples.pixels.height = image.height;
  samples.pixels.width = image.width;
  samples.pixels.stride_y = image.stride_y;
  samples.pixels.stride_x = image.stride_x;
  samples.period = period;
  std::copy(image.black, image.black + 36, samples.black);
  samples.white = image.white;
  return samples;
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_REGISTRATION_PAIR_KERNELS_HPP_
