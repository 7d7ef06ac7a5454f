// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "commands/registration/scene_aligner.hpp"
#include "formats/unforked_memory.hpp"

namespace ptychopatch::alignment {

// The pixels of a raw image in rows, and of which colours; NaN tells nothing.
struct MosaicPixels {
  std::span<const float> pixels;
  std::int64_t height, width;
  const mosaics::Cfa& cfa;
};

// Where each pixel of the reference lies in an image.
class SourcePositions {
 public:
  // By the motion where there is one, else by the shift. Of a motion it takes two planes of either
  // size.
  SourcePositions(const Context& context, const Aligned& aligned, std::int64_t image_height,
                  std::int64_t image_width, std::int64_t height, std::int64_t width);

  struct Position {
    double y, x;
  };
  Position at(std::int64_t y, std::int64_t x) const;

 private:
  std::int64_t width_;
  double shift_[2];
  formats::UnforkedVector<float> y_, x_;  // empty: by the shift
};

// A mosaic onto the pixels of a reference of the same colours, on so many threads. The pixel's own
// colour in the image, at r from where the pixel lies there, weighs w = exp(-r^2 / (2 0.5^2)), up
// to 2 pixels away on an axis (X-Trans: 3); the value is the mean by w (1 + a r), where a makes
// that mean's own place, sum w (1 + a r) r, nearly zero: a = -(sum w (r r^T + 0.03))^-1 sum w r. So
// a pixel that lies between others is drawn to neither. weights become sum w (1 + a r), which tells
// how near a pixel was: a mean of several images by them has the resolution of all, where each by
// itself is interpolated. values are NaN and weights 0 where there was no pixel, or where those
// that tell nothing have more of sum w than the others.
void resample_mosaic(const MosaicPixels& image, const SourcePositions& positions,
                     const mosaics::Cfa& reference, std::int64_t height, std::int64_t width,
                     std::span<float> values, std::span<float> weights, int threads);

}  // namespace ptychopatch::alignment
