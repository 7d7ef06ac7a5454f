// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// Registration from its definition, in double precision and by sums over everything.
namespace oracle {

struct Image {
  std::int64_t height = 0, width = 0;
  std::vector<double> pixels;
  double at(std::int64_t y, std::int64_t x) const {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
  double& at(std::int64_t y, std::int64_t x) {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
};

// The integer displacement D, up to half of the size on each axis, that maximises sum R[x] M[x + D]
// of images that repeat; their phases alone where `phase` is set. Direct Fourier sums: for small
// images.
std::array<std::int64_t, 2> circular_peak(const Image& reference, const Image& moving, bool phase);

// The displacement that maximises Hannan and Thomson's likelihood of two images about start: rings
// of |f|, coherence without its bias, Tukey windows that follow the shift, direct Fourier sums, and
// a search that halves its steps. For images without a mosaic.
std::array<double, 2> likeliest_displacement(const Image& reference, const Image& moving,
                                             std::array<double, 2> start);

// The side of a mosaic of these letters, row by row; 1 where there are none.
std::int64_t period_of(const std::string& letters);

// The shift nearest to `shift` of those within +-range that map the tiled letters onto themselves.
std::array<std::int64_t, 2> nearest_colour_shift(const std::string& letters,
                                                 std::array<double, 2> shift, std::int64_t range);

// channels x height x width values, flat.
struct Stack {
  std::int64_t channels = 1, height = 0, width = 0;
  std::vector<double> values;
  double at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
};

double pair_gain(const Stack& anchor, const Stack& target);
double pair_loss(const Stack& anchor, const Stack& target, double gain);
// clip 0: none. Kept before the opening are differences up to bound * (1 + margin): a mask in other
// arithmetic lies between those of a margin of its rounding below and above zero.
std::vector<int> pair_mask(const Stack& anchor, const Stack& target, double gain, double clip,
                           double threshold, double quantile, double margin);

}  // namespace oracle
