// SPDX-License-Identifier: Apache-2.0
#include "pictures/plane.hpp"

#include <algorithm>
#include <cmath>

#include "pictures/colour.hpp"

namespace ptychopatch::pictures {
namespace {

double shown(const Plane& plane, const std::complex<float>& value) {
  return plane.complex ? std::abs(std::complex<double>(value)) : static_cast<double>(value.real());
}

double fraction(double value, const Scale& scale) {
  return std::clamp((value - scale.low) / (scale.high - scale.low), 0.0, 1.0);
}

}  // namespace

Plane plane_of(const formats::Tensor& tensor, std::int64_t first, std::int64_t height,
               std::int64_t width, std::int64_t stride) {
  Plane plane{height, width, formats::is_complex(tensor.dtype), {}};
  plane.values.resize(static_cast<std::size_t>(height * width));
  for (std::int64_t i = 0; i < height * width; ++i) {
    const std::int64_t at = first + i * stride;
    std::complex<float>& to = plane.values[static_cast<std::size_t>(i)];
    if (tensor.dtype == PPATCH_C64) to = tensor.as<std::complex<float>>()[at];
    if (tensor.dtype == PPATCH_C128)
      to = std::complex<float>(tensor.as<std::complex<double>>()[at]);
    if (tensor.dtype == PPATCH_F32) to = tensor.as<float>()[at];
    if (tensor.dtype == PPATCH_F64) to = static_cast<float>(tensor.as<double>()[at]);
  }
  return plane;
}

Plane shrunk(const Plane& plane, std::int64_t high, std::int64_t wide) {
  if (high * wide == 1) return plane;
  Plane small{plane.height / high, plane.width / wide, plane.complex, {}};
  const auto area = static_cast<double>(high * wide);
  for (std::int64_t y = 0; y < small.height; ++y) {
    for (std::int64_t x = 0; x < small.width; ++x) {
      std::complex<double> sum = 0;
      for (std::int64_t i = 0; i < high * wide; ++i) {
        sum += std::complex<double>(plane.at(y * high + i / wide, x * wide + i % wide));
      }
      small.values.emplace_back(sum / area);
    }
  }
  return small;
}

Scale scale_of(const std::vector<const Plane*>& planes) {
  std::vector<double> values;
  bool complex = false;
  for (const Plane* plane : planes) {
    complex = plane->complex;
    for (const auto& value : plane->values) {
      const double each = shown(*plane, value);
      if (std::isfinite(each)) values.push_back(each);
    }
  }
  Scale scale;
  if (values.empty()) return scale;
  const auto cut = static_cast<std::ptrdiff_t>(values.size() / 200);
  std::nth_element(values.begin(), values.end() - 1 - cut, values.end());
  scale.high = *(values.end() - 1 - cut);
  scale.low = 0;
  if (!complex) {
    std::nth_element(values.begin(), values.begin() + cut, values.end());
    scale.low = values[static_cast<std::size_t>(cut)];
  }
  if (!(scale.high > scale.low)) scale.high = scale.low + 1;
  return scale;
}

Scale scale_of(const Plane& plane) { return scale_of(std::vector<const Plane*>{&plane}); }

Image render(const Plane& plane, const Scale& scale) {
  Image image(plane.height, plane.width);
  for (std::int64_t y = 0; y < plane.height; ++y) {
    for (std::int64_t x = 0; x < plane.width; ++x) {
      const std::complex<double> value(plane.at(y, x));
      image.set(y, x,
                plane.complex ? phase_colour(value / scale.high)
                              : sequential_colour(fraction(value.real(), scale)));
    }
  }
  return image;
}

Image render_grey(const Plane& plane, const Scale& scale, double black, double white) {
  Image image(plane.height, plane.width);
  for (std::int64_t y = 0; y < plane.height; ++y) {
    for (std::int64_t x = 0; x < plane.width; ++x) {
      const double t = fraction(shown(plane, plane.at(y, x)), scale);
      const double level = std::isfinite(t) ? black + (white - black) * t : white;
      const auto grey = static_cast<std::uint8_t>(std::lround(255 * level));
      image.set(y, x, {grey, grey, grey});
    }
  }
  return image;
}

std::int64_t enlargement(std::int64_t side, std::int64_t wanted) {
  return std::max<std::int64_t>(1, (wanted + side / 2) / std::max<std::int64_t>(side, 1));
}

}  // namespace ptychopatch::pictures
