// SPDX-License-Identifier: Apache-2.0
//
// Everything here is in one canonical form, C-contiguous: images (M, H, W), patches (patches, h,
// w). A patch is position k on image m. With an image index there are K patches, in order of k;
// without one there are M * K, m first.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "oracle/patches/coordinate.hpp"

namespace oracle {

using Complex = std::complex<double>;
using Values = std::vector<Complex>;

// Small enough that 1e-12 of it is an ulp or two.
inline constexpr double least_weight = 1e-3;

struct PatchPlace {
  std::int64_t image;
  std::int64_t position;
};

struct Scan {
  ppatch_patch_options options;
  bool real;  // real dtypes take only the real part of the boundary's constant
  std::int64_t images;
  std::int64_t height;
  std::int64_t width;
  std::vector<Position> positions;
  std::vector<std::int64_t> image_index;  // empty: every position on every image
};

std::vector<PatchPlace> patch_places(const Scan& scan);

// Which factor of the separable weights is differentiated.
enum class Derivative { none, y, x };

Values extract(const Scan& scan, const Values& image, Derivative derivative = Derivative::none);

// The same sums with every term replaced by its absolute value: what a rounding error is relative
// to. A weight counts as min_weight at least: being a difference of numbers about 1, it is right
// to an ulp of 1 and no better, however small it is.
std::vector<double> extract_magnitude(const Scan& scan, const Values& image, double min_weight,
                                      Derivative derivative = Derivative::none);

Values adjoint(const Scan& scan, const Values& patches);
std::vector<double> adjoint_magnitude(const Scan& scan, const Values& patches, double min_weight);

// Most numbers that an adjoint adds up in one pixel, a patch counting once for each of its extended
// pixels that the boundary mode folds there.
std::int64_t max_additions(const Scan& scan);

// adjoint of patches of ones.
std::vector<double> coverage(const Scan& scan);

Values assemble(const Scan& scan, const Values& patches, double eps);

}  // namespace oracle
