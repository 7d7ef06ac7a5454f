// SPDX-License-Identifier: Apache-2.0
#include "mosaics/plane_writer.hpp"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>

#include "formats/format_error.hpp"

namespace ptychopatch::mosaics {

void write_tiff(formats::OutputFile& file, std::span<const float> pixels, std::int64_t height,
                std::int64_t width) {
  const auto require = [&file](bool good) {
    if (!good) throw formats::system_error("cannot write " + file.name(), errno != 0 ? errno : EIO);
  };
  constexpr std::size_t max_of_classic = 4'000'000'000;
  errno = 0;
  // What it says of an error is said here.
  TIFFSetErrorHandler(nullptr);
  const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(
      TIFFOpen(file.path().c_str(), pixels.size_bytes() > max_of_classic ? "w8" : "w"), &TIFFClose);
  require(tiff != nullptr);
  const auto set = [&](std::uint32_t tag, auto... values) {
    require(TIFFSetField(tiff.get(), tag, values...) == 1);
  };
  constexpr std::int64_t strip_bytes = 1 << 20;
  const std::int64_t row_bytes = width * static_cast<std::int64_t>(sizeof(float));
  set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(width));
  set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(height));
  set(TIFFTAG_BITSPERSAMPLE, 32);
  set(TIFFTAG_SAMPLESPERPIXEL, 1);
  set(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
  set(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  set(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  set(TIFFTAG_ROWSPERSTRIP,
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(strip_bytes / row_bytes, 1, height)));
  for (std::int64_t y = 0; y < height; ++y) {
    float* row = const_cast<float*>(pixels.data()) + y * width;
    require(TIFFWriteScanline(tiff.get(), row, static_cast<std::uint32_t>(y), 0) == 1);
  }
  // Closing alone would not say what could not be written.
  require(TIFFWriteDirectory(tiff.get()) == 1);
}

void write_mrc(formats::OutputFile& file, std::span<const float> pixels, std::int64_t height,
               std::int64_t width) {
  constexpr std::size_t header_bytes = 1024;
  std::array<std::byte, header_bytes> header{};
  const auto put = [&header](std::size_t word, auto value) {
    static_assert(sizeof value == 4);
    std::memcpy(header.data() + 4 * (word - 1), &value, sizeof value);
  };
  const auto put_text = [&header](std::size_t at, std::string_view text) {
    std::memcpy(header.data() + at, text.data(), text.size());
  };
  double sum = 0, squares = 0;
  float min = pixels[0], max = pixels[0];
  for (const float pixel : pixels) {
    min = std::min(min, pixel);
    max = std::max(max, pixel);
    sum += pixel;
  }
  const double mean = sum / static_cast<double>(pixels.size());
  for (const float pixel : pixels) squares += (pixel - mean) * (pixel - mean);
  const auto w = static_cast<std::int32_t>(width), h = static_cast<std::int32_t>(height);
  // Words as MRC2014 counts them: sizes and sampling, mode, cell of one unit a pixel, right angles,
  // axes, densities, an image and no volume, the format's version, the machine, one label.
  put(1, w), put(2, h), put(3, std::int32_t{1}), put(4, std::int32_t{2});
  put(8, w), put(9, h), put(10, std::int32_t{1});
  put(11, static_cast<float>(width)), put(12, static_cast<float>(height)), put(13, 1.0F);
  for (const std::size_t angle : {14, 15, 16}) put(angle, 90.0F);
  put(17, std::int32_t{1}), put(18, std::int32_t{2}), put(19, std::int32_t{3});
  put(20, min), put(21, max), put(22, static_cast<float>(mean));
  put(23, std::int32_t{0}), put(28, std::int32_t{20140});
  put_text(208, "MAP ");
  const bool big = std::endian::native == std::endian::big;
  put_text(212, big ? std::string_view("\x11\x11\0\0", 4) : std::string_view("\x44\x44\0\0", 4));
  put(55, static_cast<float>(std::sqrt(squares / static_cast<double>(pixels.size()))));
  put(56, std::int32_t{1});
  put_text(224, "ptychopatch");
  file.write(header);
  file.write(std::as_bytes(pixels));
}

}  // namespace ptychopatch::mosaics
