// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/gradient.hpp"

namespace oracle {

Gradient position_gradient(const Scan& scan, const Values& image, const Values& cotangent) {
  const std::size_t count = patch_places(scan).size();
  const std::size_t area = scan.options.patch_height * scan.options.patch_width;
  // The window moves against the position where positions move the content.
  const double sign = scan.options.sign == PPATCH_SIGN_CONTENT ? -1 : 1;
  Gradient out;
  out.gradient.assign(2 * count, 0);
  out.curvature.assign(2 * count, 0);
  out.gradient_magnitude.assign(2 * count, 0);
  out.curvature_magnitude.assign(2 * count, 0);
  for (int column = 0; column < 2; ++column) {
    const bool y = (column == 0) == (scan.options.axes == PPATCH_AXES_YX);
    const Derivative derivative = y ? Derivative::y : Derivative::x;
    const Values change = extract(scan, image, derivative);
    const std::vector<double> magnitude = extract_magnitude(scan, image, least_weight, derivative);
    for (std::size_t k = 0; k < count; ++k) {
      long double gradient = 0;
      long double curvature = 0;
      const std::size_t at = 2 * k + column;
      for (std::size_t i = k * area; i < (k + 1) * area; ++i) {
        gradient += (std::conj(cotangent[i]) * change[i]).real();
        curvature += std::norm(change[i]);
        out.gradient_magnitude[at] += std::abs(cotangent[i]) * magnitude[i];
        out.curvature_magnitude[at] += magnitude[i] * magnitude[i];
      }
      out.gradient[at] = sign * static_cast<double>(gradient);
      out.curvature[at] = static_cast<double>(curvature);
    }
  }
  return out;
}

}  // namespace oracle
