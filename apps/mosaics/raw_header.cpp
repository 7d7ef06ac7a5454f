// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "formats/memory_limit.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"
#include "mosaics/tiff_directory.hpp"

namespace ptychopatch::mosaics {
namespace {

std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t size,
                        bool big_endian = true) {
  return formats::number_of(std::as_bytes(std::span(text.substr(at, size))), big_endian);
}

[[noreturn]] void cut_off(const std::string& source, std::uint64_t needed, std::size_t size) {
  throw Refusal(Reason::truncated, source + " is cut off: its data reach to byte " +
                                       std::to_string(needed) + ", but it ends at byte " +
                                       std::to_string(size));
}

// Of the image's strips or tiles, the furthest end and the nearest beginning.
struct Extent {
  std::uint64_t begin = UINT64_MAX;
  std::uint64_t end = 0;
  std::uint64_t bytes = 0;
};

Extent extent_of(const TiffDirectory& directory) {
  Extent extent;
  for (const auto& [offsets_tag, bytes_tag] :
       {std::pair{tiff_strip_offsets, tiff_strip_bytes}, {tiff_tile_offsets, tiff_tile_bytes}}) {
    const auto offsets = directory.tags.find(offsets_tag);
    const auto counts = directory.tags.find(bytes_tag);
    if (offsets == directory.tags.end() || counts == directory.tags.end()) continue;
    const std::size_t pieces = std::min(offsets->second.size(), counts->second.size());
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::uint64_t begin = offsets->second[i], bytes = counts->second[i];
      extent.begin = std::min(extent.begin, begin);
      extent.end = std::max(extent.end, begin + bytes);
      extent.bytes += bytes;
    }
  }
  return extent;
}

std::string pixels_text(const TiffDirectory& directory) {
  return std::to_string(directory.number(tiff_width)) + " x " +
         std::to_string(directory.number(tiff_height)) + " pixels";
}

void check_image(const TiffDirectory& image, std::size_t size, const std::string& source) {
  const Extent extent = extent_of(image);
  // A directory without strips leaves it to the camera's own tags where they are.
  const bool stripped = extent.begin != UINT64_MAX;
  if (stripped && (extent.bytes == 0 || extent.begin >= size)) {
    throw Refusal(Reason::no_image_data, source + " holds no image data: its directory tells of " +
                                             pixels_text(image) + " that are not in the file");
  }
  if (extent.end > size) cut_off(source, extent.end, size);
  if (image.number(tiff_photometric) == photometric_linear_raw) {
    throw Refusal(Reason::demosaiced, source + " is already demosaiced (LinearRaw, " +
                                          pixels_text(image) +
                                          "), expected the sensor's own mosaic");
  }
}

void check_tiff(std::span<const std::byte> bytes, const std::string& source) {
  const std::vector<TiffDirectory> directories = tiff_directories(bytes);
  if (directories.empty() || directories[0].cut) {
    throw Refusal(Reason::truncated, source + " is cut off: its directory lies behind its end");
  }
  if (const TiffDirectory* image = find_raw_image(directories)) {
    check_image(*image, bytes.size(), source);
    return;
  }
  for (const TiffDirectory& each : directories) {
    if (each.cut) {
      throw Refusal(Reason::truncated, source + " is cut off: a directory lies behind its end");
    }
    if (each.number(tiff_dng_version) != 0) {
      throw Refusal(Reason::no_image_data,
                    source +
                        " holds no image data: this DNG has pictures to look at, but no raw "
                        "image");
    }
  }
}

void check_raf(std::string_view text, const std::string& source) {
  constexpr std::size_t header_bytes = 108;
  if (text.size() < header_bytes) cut_off(source, header_bytes, text.size());
  const std::uint64_t end = number_at(text, 100, 4) + number_at(text, 104, 4);
  if (end > text.size()) cut_off(source, end, text.size());
}

void check_crw(std::string_view text, const std::string& source) {
  // The heap ends with where its directory begins, counted from behind the header.
  constexpr std::size_t header_bytes = 26;
  if (text.size() < header_bytes + 4) cut_off(source, header_bytes + 4, text.size());
  const bool big = text[0] == 'M';
  const std::uint64_t directory =
      number_at(text, 2, 4, big) + number_at(text, text.size() - 4, 4, big);
  if (directory + 2 > text.size()) {
    throw Refusal(Reason::truncated, source + " is cut off: its last bytes name no directory");
  }
}

void check_cr3(std::string_view text, const std::string& source) {
  std::uint64_t at = 0;
  bool data = false;
  while (at + 8 <= text.size()) {
    std::uint64_t size = number_at(text, at, 4);
    data = data || text.substr(at + 4, 4) == "mdat";
    if (size == 1 && at + 16 <= text.size()) size = number_at(text, at + 8, 8);
    if (size == 0) break;  // to the end of the file
    if (size < 8) {
      throw Refusal(Reason::unreadable, source + " is damaged: a box of it has no size");
    }
    if (size > text.size() - at) cut_off(source, at + size, text.size());
    at += size;
  }
  if (!data) {
    throw Refusal(Reason::no_image_data,
                  source + " holds no image data: this CR3 has no 'mdat' box");
  }
}

}  // namespace

void check_raw_header(std::span<const std::byte> bytes, const std::string& source) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view first = text.substr(0, 4);
  if (text.empty()) throw Refusal(Reason::truncated, source + " is empty, expected a camera RAW");
  if (first == std::string_view("II*\0", 4) || first == std::string_view("MM\0*", 4)) {
    return check_tiff(bytes, source);
  }
  if (text.starts_with("FUJIFILMCCD-RAW")) return check_raf(text, source);
  if (text.size() >= 14 && text.substr(6, 8) == "HEAPCCDR") return check_crw(text, source);
  if (text.size() >= 12 && text.substr(4, 8) == "ftypcrx ") return check_cr3(text, source);
  // Olympus, Panasonic, Minolta: LibRaw looks after these itself.
  for (const std::string_view magic :
       {std::string_view("IIRO"), std::string_view("IIRS"), std::string_view("MMOR"),
        std::string_view("IIU\0", 4), std::string_view("\0MRM", 4)}) {
    if (first == magic) return;
  }
  if (text.starts_with("\xff\xd8\xff")) {
    throw Refusal(Reason::not_a_mosaic,
                  source + " is a JPEG picture, whatever its name says: it holds no mosaic");
  }
  if (text.starts_with("FOVb")) {
    throw Refusal(Reason::not_a_mosaic,
                  source + " is of a Foveon sensor, which has no mosaic of colours");
  }
  throw Refusal(Reason::not_a_mosaic,
                source +
                    " is no mosaic of a known format: its first bytes are of no camera RAW "
                    "(DNG, CR2, CR3, CRW, NEF, ARW, RAF, ORF, RW2, PEF, MRW)");
}

}  // namespace ptychopatch::mosaics
