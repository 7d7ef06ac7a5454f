// SPDX-License-Identifier: Apache-2.0
#include "mosaics/dng_writer.hpp"

#include <tiffio.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace ptychopatch::mosaics {
namespace {

// A file that libtiff writes in memory.
struct Memory {
  formats::Bytes bytes{1 << 16};
  std::size_t size = 0;
  std::size_t position = 0;

  static tmsize_t read(thandle_t self, void* to, tmsize_t count) {
    auto& memory = *static_cast<Memory*>(self);
    const std::size_t left = memory.size - std::min(memory.position, memory.size);
    const std::size_t taken = std::min(static_cast<std::size_t>(count), left);
    std::memcpy(to, memory.bytes.data() + memory.position, taken);
    memory.position += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t self, void* from, tmsize_t count) {
    auto& memory = *static_cast<Memory*>(self);
    const std::size_t end = memory.position + static_cast<std::size_t>(count);
    if (end > memory.bytes.size()) memory.bytes.resize(std::max(end, 2 * memory.bytes.size()));
    if (memory.position > memory.size) {
      std::memset(memory.bytes.data() + memory.size, 0, memory.position - memory.size);
    }
    std::memcpy(memory.bytes.data() + memory.position, from, static_cast<std::size_t>(count));
    memory.position = end;
    memory.size = std::max(memory.size, end);
    return count;
  }
  static toff_t seek(thandle_t self, toff_t offset, int whence) {
    auto& memory = *static_cast<Memory*>(self);
    const std::size_t base = whence == SEEK_CUR   ? memory.position
                             : whence == SEEK_END ? memory.size
                                                  : 0;
    memory.position = base + offset;
    return memory.position;
  }
  static int close(thandle_t) { return 0; }
  static toff_t length(thandle_t self) { return static_cast<Memory*>(self)->size; }
};

void require(int good) {
  if (good != 1) throw std::runtime_error("libtiff cannot write a DNG");
}

constexpr std::uint32_t kCfaRepeat = 33421, kCfaPattern = 33422;

// libtiff knows a pattern of 2 x 2 only.
void know_patterns(TIFF* tiff) {
  static std::array<char, 24> repeat_name{"CFARepeatPatternDim"}, pattern_name{"CFAPattern"};
  static const std::array<TIFFFieldInfo, 2> fields = {
      {{kCfaRepeat, 2, 2, TIFF_SHORT, FIELD_CUSTOM, 1, 0, repeat_name.data()},
       {kCfaPattern, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_BYTE, FIELD_CUSTOM, 1, 1,
        pattern_name.data()}}};
  require(TIFFMergeFieldInfo(tiff, fields.data(), fields.size()) == 0 ? 1 : 0);
}

void set_tags(TIFF* tiff, std::int64_t height, std::int64_t width, const DngSettings& settings) {
  const auto set = [tiff](std::uint32_t tag, auto... values) {
    require(TIFFSetField(tiff, tag, values...));  // NOLINT: libtiff's own way
  };
  set(TIFFTAG_SUBFILETYPE, 0u);
  set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(width));
  set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(height));
  set(TIFFTAG_BITSPERSAMPLE, 16);
  set(TIFFTAG_SAMPLESPERPIXEL, 1);
  set(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_CFA);
  set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  set(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  set(TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(height));
  set(TIFFTAG_MAKE, "ptychopatch");
  set(TIFFTAG_MODEL, "simulated");
  set(TIFFTAG_UNIQUECAMERAMODEL, "ptychopatch simulated");
  static constexpr std::array<std::uint8_t, 4> kVersion = {1, 4, 0, 0}, kBackward = {1, 1, 0, 0};
  set(TIFFTAG_DNGVERSION, kVersion.data());
  set(TIFFTAG_DNGBACKWARDVERSION, kBackward.data());
  const auto period = static_cast<std::uint16_t>(settings.cfa.period);
  const std::array<std::uint16_t, 2> repeat = {period, period};
  set(kCfaRepeat, repeat.data());
  set(kCfaPattern, period * period, settings.cfa.colours.data());
  static constexpr std::array<std::uint8_t, 3> kPlanes = {0, 1, 2};
  set(TIFFTAG_CFAPLANECOLOR, 3, kPlanes.data());
  set(TIFFTAG_CFALAYOUT, 1);
  static constexpr std::array<std::uint16_t, 2> kOne = {1, 1};
  set(TIFFTAG_BLACKLEVELREPEATDIM, kOne.data());
  const auto black = static_cast<float>(settings.black);
  set(TIFFTAG_BLACKLEVEL, 1, &black);
  set(TIFFTAG_WHITELEVEL, 1, &settings.white);
  // Linear sRGB as the camera's colours: from XYZ at D65.
  static constexpr std::array<float, 9> kColours = {3.2406F, -1.5372F, -0.4986F, -0.9689F, 1.8758F,
                                                    0.0415F, 0.0557F,  -0.2040F, 1.0570F};
  set(TIFFTAG_COLORMATRIX1, 9, kColours.data());
  static constexpr std::uint16_t kD65 = 21;
  set(TIFFTAG_CALIBRATIONILLUMINANT1, kD65);
  static constexpr std::array<float, 3> kNeutral = {1, 1, 1};
  set(TIFFTAG_ASSHOTNEUTRAL, 3, kNeutral.data());
}

}  // namespace

formats::Bytes encode_dng(std::span<const std::uint16_t> pixels, std::int64_t height,
                          std::int64_t width, const DngSettings& settings) {
  if (height < 1 || width < 1 || height > 65535 || width > 65535 ||
      pixels.size() != static_cast<std::size_t>(height * width) || !is_real(settings.cfa) ||
      !settings.cfa.mosaic()) {
    throw std::logic_error("a mosaic's size, pixels and filters disagree");
  }
  Memory memory;
  const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(
      TIFFClientOpen("DNG", "wl", &memory, &Memory::read, &Memory::write, &Memory::seek,
                     &Memory::close, &Memory::length, nullptr, nullptr),
      &TIFFClose);
  if (!tiff) throw std::runtime_error("libtiff cannot write a DNG");
  know_patterns(tiff.get());
  set_tags(tiff.get(), height, width, settings);
  const auto bytes = static_cast<tmsize_t>(pixels.size_bytes());
  if (TIFFWriteRawStrip(tiff.get(), 0, const_cast<std::uint16_t*>(pixels.data()), bytes) != bytes) {
    throw std::runtime_error("libtiff cannot write a DNG");
  }
  require(TIFFWriteDirectory(tiff.get()));
  memory.bytes.resize(memory.size);
  return std::move(memory.bytes);
}

}  // namespace ptychopatch::mosaics
