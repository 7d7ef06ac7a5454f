// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_FAR_FIELD_HPP_
#define PTYCHOPATCH_APPS_FORMATS_FAR_FIELD_HPP_

#include <array>
#include <cstdint>

namespace ptychopatch::formats {

// Planck's constant times the speed of light, J m.
inline constexpr double kPlanckLight = 6.62607015e-34 * 299792458.0;
inline constexpr double kElectronVolt = 1.602176634e-19;  // J

// Size in metres of a pixel of the object (row, column) whose far field falls on a detector.
inline std::array<double, 2> far_field_pixel(double wavelength, double distance,
                                             const std::array<double, 2>& detector_pixel,
                                             const std::array<std::int64_t, 2>& frame) {
  return {wavelength * distance / (detector_pixel[0] * static_cast<double>(frame[0])),
          wavelength * distance / (detector_pixel[1] * static_cast<double>(frame[1]))};
}

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_FAR_FIELD_HPP_
