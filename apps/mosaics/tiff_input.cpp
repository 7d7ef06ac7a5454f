// SPDX-License-Identifier: Apache-2.0
#include <tiffio.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

// A file as libtiff reads it, and what libtiff said first.
class Source {
 public:
  explicit Source(formats::SeekableReader& bytes) : bytes_(bytes) {}

  // libtiff's frames are no place for an exception.
  static tmsize_t read(thandle_t self, void* to, tmsize_t count) {
    auto& source = *static_cast<Source*>(self);
    try {
      if (source.position_ >= source.bytes_.size()) return 0;
      source.bytes_.seek(source.position_);
      const std::size_t taken =
          source.bytes_.read({static_cast<std::byte*>(to), static_cast<std::size_t>(count)});
      source.position_ += taken;
      return static_cast<tmsize_t>(taken);
    } catch (const formats::FormatError&) {
      return -1;
    }
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return -1; }
  static toff_t seek(thandle_t self, toff_t offset, int whence) {
    auto& source = *static_cast<Source*>(self);
    const std::uint64_t base = whence == SEEK_CUR   ? source.position_
                               : whence == SEEK_END ? source.bytes_.size()
                                                    : 0;
    source.position_ = base + offset;
    return source.position_;
  }
  static int close(thandle_t) { return 0; }
  static toff_t length(thandle_t self) { return static_cast<Source*>(self)->bytes_.size(); }

  static int say(TIFF*, void* self, const char*, const char* format, va_list values) {
    auto& message = static_cast<Source*>(self)->message_;
    if (message[0] == '\0') std::vsnprintf(message.data(), message.size(), format, values);
    return 1;
  }
  static int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }

  std::string message() const { return message_[0] != '\0' ? message_.data() : "it is damaged"; }

 private:
  formats::SeekableReader& bytes_;
  std::uint64_t position_ = 0;
  std::array<char, 200> message_{};
};

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Tiff open_tiff(Source& source) {
  constexpr tmsize_t kLargestAllocation = tmsize_t{1} << 30;
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), &TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &Source::say, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &Source::ignore, &source);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kLargestAllocation);
  return {TIFFClientOpenExt("TIFF", "rm", &source, &Source::read, &Source::write, &Source::seek,
                            &Source::close, &Source::length, nullptr, nullptr, options.get()),
          &TIFFClose};
}

template <class T>
T field(TIFF* tiff, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  TIFFGetFieldDefaulted(tiff, tag, &value);  // NOLINT: libtiff's own way
  return value;
}

[[noreturn]] void refuse(Reason reason, const std::string& source, const std::string& what) {
  throw Refusal(reason, source + " " + what);
}

formats::ElementType type_of(TIFF* tiff, const std::string& source) {
  const auto bits = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  const auto format = field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const std::size_t size = bits / 8;
  const bool whole = bits == 8 || bits == 16 || bits == 32;
  if (format == SAMPLEFORMAT_UINT && whole) return {formats::Kind::kUnsigned, size};
  if (format == SAMPLEFORMAT_INT && whole) return {formats::Kind::kSigned, size};
  if (format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64)) {
    return {formats::Kind::kFloat, size};
  }
  refuse(Reason::kUnsupported, source,
         "has pixels of " + std::to_string(bits) +
             " bits that are not read: expected whole numbers of 8, 16 or 32 bits, or floats of 32 "
             "or 64");
}

PlainHeader header_of(TIFF* tiff, const std::string& source) {
  PlainHeader header{type_of(tiff, source), {}};
  const auto height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  const auto width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  const auto channels = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  const auto planes = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, 1);
  if (TIFFIsTiled(tiff) != 0 || (planes != PLANARCONFIG_CONTIG && channels > 1)) {
    refuse(Reason::kUnsupported, source, "is stored in tiles or planes, expected rows of pixels");
  }
  header.shape = {height, width, channels};
  return header;
}

Tiff opened(Source& file, const std::string& source) {
  Tiff tiff = open_tiff(file);
  if (!tiff) refuse(Reason::kUnreadable, source, "cannot be read: libtiff says: " + file.message());
  return tiff;
}

}  // namespace

PlainHeader read_tiff_header(formats::SeekableReader& bytes, const std::string& source) {
  Source file(bytes);
  return header_of(opened(file, source).get(), source);
}

formats::NpyArray decode_tiff(formats::SeekableReader& bytes, const std::string& source) {
  Source file(bytes);
  const Tiff tiff = opened(file, source);
  PlainHeader header = header_of(tiff.get(), source);
  formats::NpyArray array{header.type, std::move(header.shape), {}};
  const std::uint64_t size = formats::bytes_of_shape(array.shape, array.type.size, source);
  // The best that a compression of TIFF's does to an even picture is about a thousandth.
  constexpr std::uint64_t kBestCompression = 2000;
  if (size / kBestCompression > bytes.size()) {
    refuse(Reason::kTruncated, source,
           "is cut off: it tells of " + formats::size_text(size) + " of pixels, but has " +
               formats::size_text(bytes.size()));
  }
  formats::require_memory(size, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  const auto height = static_cast<std::uint32_t>(array.shape[0]);
  const std::size_t row = height != 0 ? static_cast<std::size_t>(size / height) : 0;
  if (static_cast<std::uint64_t>(TIFFScanlineSize64(tiff.get())) != row) {
    refuse(Reason::kUnsupported, source, "has rows of an unexpected length");
  }
  for (std::uint32_t y = 0; y < height; ++y) {
    if (TIFFReadScanline(tiff.get(), array.data.data() + y * row, y, 0) != 1) {
      refuse(Reason::kUnreadable, source,
             "cannot be read at row " + std::to_string(y) + ": libtiff says: " + file.message());
    }
  }
  return array;
}

}  // namespace ptychopatch::mosaics
