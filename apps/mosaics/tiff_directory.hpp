// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ptychopatch::mosaics {

inline constexpr std::uint16_t kTiffWidth = 256, kTiffHeight = 257, kTiffPhotometric = 262,
                               kTiffStripOffsets = 273, kTiffStripBytes = 279,
                               kTiffTileOffsets = 324, kTiffTileBytes = 325,
                               kTiffSubDirectories = 330, kTiffDngVersion = 50706,
                               kTiffActiveArea = 50829;
inline constexpr std::uint32_t kPhotometricCfa = 32803, kPhotometricLinearRaw = 34892;

// One directory of a TIFF file as far as its whole-number tags go.
struct TiffDirectory {
  std::map<std::uint16_t, std::vector<std::uint32_t>> tags;
  bool cut = false;  // something in it lies behind the file's end

  std::uint32_t number(std::uint16_t tag, std::uint32_t otherwise = 0) const {
    const auto found = tags.find(tag);
    return found == tags.end() || found->second.empty() ? otherwise : found->second[0];
  }
};

// All directories of a classic TIFF file, those that hang below others too; at most 100, each once.
// Nothing where it is no TIFF file.
std::vector<TiffDirectory> tiff_directories(std::span<const std::byte> bytes);

// The mosaic, or what stands in its place, if one of the directories says that it is that.
const TiffDirectory* find_raw_image(const std::vector<TiffDirectory>& directories);

}  // namespace ptychopatch::mosaics
