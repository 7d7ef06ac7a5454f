// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "formats/npy_array.hpp"
#include "mosaics/cfa.hpp"

namespace ptychopatch::mosaics {

// The pixels of a sensor in rows from its top as it was built, whichever way the camera was held.
// Of a camera RAW: the active area alone, beginning at pixel (top, left) of the sensor.
struct RawImage {
  formats::NpyArray pixels;  // (H, W) uint16, float32 or float64
  Cfa cfa;
  double black = 0;
  double white = 0;  // 0: not known
  double clip = 0;   // from here on a pixel is overexposed; 0: not known
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::string camera;  // "": not known
  double iso = 0;      // 0: not known
  // From XYZ to the camera's colours; zeros where not known.
  std::array<std::array<double, 3>, 4> rgb_xyz{};

  std::int64_t height() const { return pixels.shape[0]; }
  std::int64_t width() const { return pixels.shape[1]; }

  double pixel(std::int64_t y, std::int64_t x) const {
    const auto i = static_cast<std::size_t>(y * width() + x);
    const std::byte* data = pixels.data.data();
    if (pixels.type.kind == formats::Kind::unsigned_integer) {
      return reinterpret_cast<const std::uint16_t*>(data)[i];
    }
    if (pixels.type.size == 4) return reinterpret_cast<const float*>(data)[i];
    return reinterpret_cast<const double*>(data)[i];
  }
};

}  // namespace ptychopatch::mosaics
