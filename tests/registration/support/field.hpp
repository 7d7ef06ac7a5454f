// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "oracle/seed.hpp"

// Scenes with a known shift. A Gaussian random field whose amplitude falls as 1/f^1.2, on a grid
// twice as fine as the pixels, seen through a Gaussian lens (0.5 px) and the pixel's box, of unit
// variance, moved by a phase ramp and cropped far from its periodic border.

struct Picture {
  std::int64_t height = 0, width = 0;
  std::vector<float> pixels;
  float& at(std::int64_t y, std::int64_t x) {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
  float at(std::int64_t y, std::int64_t x) const {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
};

struct FieldPair {
  Picture still, moved;              // moved[y, x] = still[y - dy, x - dx]
  std::array<double, 3> gradient{};  // sums of squares of the still one's gradient: yy, yx, xx
};

// size <= 800. With with_gradient the gradient's sums are filled in.
FieldPair draw_field(Random& random, std::int64_t size, double dy, double dx, bool with_gradient);

void add_noise(Picture& picture, double sigma, Random& random);

// Red, green and blue seen through the letters of a CFA: fields mixed so that colours are mostly
// luminance, means 0.45, 1 and 0.6, contrast 0.25, shot noise of variance 1e-4 times the signal.
struct MosaicPair {
  Picture still, moved;
};
MosaicPair draw_mosaic(Random& random, const std::string& letters, std::int64_t size, double dy,
                       double dx);

extern const std::string xtrans_letters;
