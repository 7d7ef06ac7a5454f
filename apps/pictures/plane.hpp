// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <vector>

#include "formats/tensor.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::pictures {

// One image taken out of a larger array to be looked at.
struct Plane {
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool complex = false;
  std::vector<std::complex<float>> values;

  const std::complex<float>& at(std::int64_t y, std::int64_t x) const {
    return values[static_cast<std::size_t>(y * width + x)];
  }
};

// height x width elements: element (y, x) is number first + (y * width + x) * stride.
Plane plane_of(const formats::Tensor& tensor, std::int64_t first, std::int64_t height,
               std::int64_t width, std::int64_t stride = 1);

// Means over high x wide pixels; what is left over at the right and at the bottom is dropped.
Plane shrunk(const Plane& plane, std::int64_t high, std::int64_t wide);

// How values become colours: shared by pictures that are to be compared.
struct Scale {
  double low = 0;
  double high = 1;
};

// Brushes the brightest half per cent aside, so that one hot pixel does not darken the rest.
// Complex: 0 to amplitude; real: least to most.
Scale scale_of(const std::vector<const Plane*>& planes);
Scale scale_of(const Plane& plane);

// Complex values by phase and amplitude, real ones on the sequential scale.
Image render(const Plane& plane, const Scale& scale);
// Amplitude, or the value, in grey between the levels black and white (0 to 1).
Image render_grey(const Plane& plane, const Scale& scale, double black, double white);

// The factor at which a side of that many pixels is shown at a good size.
std::int64_t enlargement(std::int64_t side, std::int64_t wanted);

}  // namespace ptychopatch::pictures
