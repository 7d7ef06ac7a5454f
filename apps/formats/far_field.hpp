// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "formats/npy_header.hpp"

namespace ptychopatch::formats {

// Planck's constant times the speed of light, J m.
inline constexpr double kPlanckLight = 6.62607015e-34 * 299792458.0;
inline constexpr double kElectronVolt = 1.602176634e-19;  // J

// What a placement says of such a pixel.
inline constexpr const char* kFarField =
    "in the far field: wavelength x distance / (detector pixel x frame)";

// Size in metres of a pixel of the object (row, column) whose far field falls on a detector, whose
// frames are the last two axes of their array.
inline std::array<double, 2> far_field_pixel(double wavelength, double distance,
                                             const std::array<double, 2>& detector_pixel,
                                             const Shape& frames) {
  const auto side = [&](std::size_t d) {
    return static_cast<double>(frames[frames.size() - 2 + d]);
  };
  return {wavelength * distance / (detector_pixel[0] * side(0)),
          wavelength * distance / (detector_pixel[1] * side(1))};
}

}  // namespace ptychopatch::formats
