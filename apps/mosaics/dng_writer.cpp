// SPDX-License-Identifier: Apache-2.0
#include "mosaics/dng_writer.hpp"

#include <sys/mman.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "formats/input_file.hpp"

namespace ptychopatch::mosaics {
namespace {

void require(bool good) {
  if (!good) throw std::runtime_error("libtiff cannot write a DNG");
}

constexpr std::uint32_t cfa_repeat = 33421, cfa_pattern = 33422;

// libtiff knows a pattern of 2 x 2 only.
void know_patterns(TIFF* tiff) {
  static std::array<char, 24> repeat_name{"CFARepeatPatternDim"}, pattern_name{"CFAPattern"};
  static const std::array<TIFFFieldInfo, 2> fields = {
      {{cfa_repeat, 2, 2, TIFF_SHORT, FIELD_CUSTOM, 1, 0, repeat_name.data()},
       {cfa_pattern, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_BYTE, FIELD_CUSTOM, 1, 1,
        pattern_name.data()}}};
  require(TIFFMergeFieldInfo(tiff, fields.data(), fields.size()) == 0);
}

void set_tags(TIFF* tiff, std::int64_t height, std::int64_t width, const DngSettings& settings) {
  const auto set = [tiff](std::uint32_t tag, auto... values) {
    require(TIFFSetField(tiff, tag, values...) == 1);  // NOLINT: libtiff's own way
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
  const DngCamera& camera = settings.camera;
  const std::string model = camera.name.empty() ? "simulated" : camera.name;
  set(TIFFTAG_MAKE, "ptychopatch");
  set(TIFFTAG_MODEL, model.c_str());
  set(TIFFTAG_UNIQUECAMERAMODEL, ("ptychopatch " + model).c_str());
  static constexpr std::array<std::uint8_t, 4> version = {1, 4, 0, 0}, backward = {1, 1, 0, 0};
  set(TIFFTAG_DNGVERSION, version.data());
  set(TIFFTAG_DNGBACKWARDVERSION, backward.data());
  const auto period = static_cast<std::uint16_t>(settings.cfa.period);
  const std::array<std::uint16_t, 2> repeat = {period, period};
  set(cfa_repeat, repeat.data());
  set(cfa_pattern, period * period, settings.cfa.colours.data());
  static constexpr std::array<std::uint8_t, 3> planes = {0, 1, 2};
  set(TIFFTAG_CFAPLANECOLOR, 3, planes.data());
  set(TIFFTAG_CFALAYOUT, 1);
  static constexpr std::array<std::uint16_t, 2> one = {1, 1};
  set(TIFFTAG_BLACKLEVELREPEATDIM, one.data());
  const auto black = static_cast<float>(settings.black);
  set(TIFFTAG_BLACKLEVEL, 1, &black);
  set(TIFFTAG_WHITELEVEL, 1, &settings.white);
  // Linear sRGB as the camera's colours: from XYZ at D65.
  std::array<float, 9> colour_matrix = {3.2406F, -1.5372F, -0.4986F, -0.9689F, 1.8758F,
                                        0.0415F, 0.0557F,  -0.2040F, 1.0570F};
  std::array<float, 3> neutral = {1, 1, 1};
  if (camera.rgb_xyz != DngCamera().rgb_xyz) {
    // What daylight is to the camera: as it was shot the file does not tell.
    constexpr std::array<double, 3> daylight = {0.9505, 1.0, 1.0891};
    for (std::size_t c = 0; c < 3; ++c) {
      double seen = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        colour_matrix[3 * c + k] = static_cast<float>(camera.rgb_xyz[c][k]);
        seen += camera.rgb_xyz[c][k] * daylight[k];
      }
      neutral[c] = static_cast<float>(seen);
    }
    const float max = *std::ranges::max_element(neutral);
    for (float& each : neutral) each = each > 0 ? each / max : 1;
  }
  set(TIFFTAG_COLORMATRIX1, 9, colour_matrix.data());
  static constexpr std::uint16_t d65 = 21;
  set(TIFFTAG_CALIBRATIONILLUMINANT1, d65);
  set(TIFFTAG_ASSHOTNEUTRAL, 3, neutral.data());
}

}  // namespace

formats::Bytes encode_dng(std::span<const std::uint16_t> pixels, std::int64_t height,
                          std::int64_t width, const DngSettings& settings) {
  if (height < 1 || width < 1 || height > 65535 || width > 65535 ||
      pixels.size() != static_cast<std::size_t>(height * width) || !is_real(settings.cfa) ||
      !settings.cfa.mosaic()) {
    throw std::logic_error("a mosaic's size, pixels and filters disagree");
  }
  // What it says of an error is said here.
  TIFFSetErrorHandler(nullptr);
  // In memory; libtiff closes its own copy of the descriptor.
  formats::FileDescriptor memory(::memfd_create("dng", MFD_CLOEXEC));
  std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(TIFFFdOpen(::dup(memory.get()), "DNG", "wl"),
                                                   &TIFFClose);
  require(tiff != nullptr);
  know_patterns(tiff.get());
  set_tags(tiff.get(), height, width, settings);
  const auto bytes = static_cast<tmsize_t>(pixels.size_bytes());
  require(TIFFWriteRawStrip(tiff.get(), 0, const_cast<std::uint16_t*>(pixels.data()), bytes) ==
          bytes);
  require(TIFFWriteDirectory(tiff.get()) == 1);
  tiff.reset();
  formats::InputFile written("/proc/self/fd/" + std::to_string(memory.get()));
  formats::Bytes file(static_cast<std::size_t>(written.size()));
  written.read(file.span());
  return file;
}

}  // namespace ptychopatch::mosaics
