// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace ptychopatch::simulate {

// Two independent Gaussian random fields, the real and the imaginary part of one, as a lens and
// pixels see them: amplitude spectrum 1/f^1.2 up to 1 cycle a pixel, so that pixels alias as a
// camera's do, times a Gaussian lens of 0.5 px and the pixel's box; unit variance each; periodic.
class RandomField {
 public:
  // Sizes are powers of two. Fields of another stream are independent.
  RandomField(std::int64_t height, std::int64_t width, std::uint64_t seed, std::uint64_t stream);

  // The fields at (y + dy, x + dx) for every pixel: an exact phase ramp.
  std::vector<std::complex<double>> sampled(double dy, double dx) const;

 private:
  std::vector<std::complex<double>> transformed(double dy, double dx) const;

  std::int64_t height_, width_;
  std::uint64_t seed_, stream_;
  double scale_real_ = 1, scale_imaginary_ = 1;
};

// x[y, x] becomes the sum over k, l of x[k, l] e^{2 pi i (k y / height + l x / width)}, in place.
void inverse_transform(std::vector<std::complex<double>>& values, std::int64_t height,
                       std::int64_t width);

}  // namespace ptychopatch::simulate
