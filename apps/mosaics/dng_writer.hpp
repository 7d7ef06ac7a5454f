// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "formats/bytes.hpp"
#include "mosaics/cfa.hpp"

namespace ptychopatch::mosaics {

struct DngCamera {
  std::string name;  // "": that of simulated ones
  // From XYZ to its colours, red, green and blue first; zeros: linear sRGB's.
  std::array<std::array<double, 3>, 4> rgb_xyz{};
};

// What a DNG says of its sensor besides the pixels.
struct DngSettings {
  Cfa cfa;
  std::uint32_t black = 0;
  std::uint32_t white = 65535;
  DngCamera camera = {};
};

// A DNG 1.4 file of one uncompressed 16-bit mosaic, height x width. The same pixels and settings
// give the same bytes.
formats::Bytes encode_dng(std::span<const std::uint16_t> pixels, std::int64_t height,
                          std::int64_t width, const DngSettings& settings);

}  // namespace ptychopatch::mosaics
