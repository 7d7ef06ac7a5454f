// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ptychopatch::mosaics {

inline constexpr std::uint16_t tiff_width = 256, tiff_height = 257, tiff_photometric = 262,
                               tiff_strip_offsets = 273, tiff_strip_bytes = 279,
                               tiff_tile_offsets = 324, tiff_tile_bytes = 325,
                               tiff_sub_directories = 330, tiff_dng_version = 50706,
                               tiff_active_area = 50829;
inline constexpr std::uint32_t photometric_cfa = 32803, photometric_linear_raw = 34892;

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
