// SPDX-License-Identifier: Apache-2.0
#include <tiffio.h>

#include <algorithm>
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

  std::uint64_t size() const { return bytes_.size(); }
  std::string message() const { return message_[0] != '\0' ? message_.data() : "it is damaged"; }

 private:
  formats::SeekableReader& bytes_;
  std::uint64_t position_ = 0;
  std::array<char, 200> message_{};
};

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Tiff open_tiff(Source& source) {
  constexpr tmsize_t largest_allocation = tmsize_t{1} << 30;
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), &TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &Source::say, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &Source::ignore, &source);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), largest_allocation);
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
  if (format == SAMPLEFORMAT_UINT && whole) return {formats::Kind::unsigned_integer, size};
  if (format == SAMPLEFORMAT_INT && whole) return {formats::Kind::signed_integer, size};
  if (format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64)) {
    return {formats::Kind::floating, size};
  }
  refuse(Reason::unsupported, source,
         "has pixels of " + std::to_string(bits) +
             " bits that are not read: expected whole numbers of 8, 16 or 32 bits, or floats of 32 "
             "or 64");
}

// That values are light by colour: grey, or red, green and blue; alpha may follow.
void check_colours(TIFF* tiff, std::uint16_t channels, const std::string& source) {
  const auto photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  const bool is_jpeg = field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, 1) == COMPRESSION_JPEG;
  if (photometric == PHOTOMETRIC_YCBCR && is_jpeg) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);  // NOLINT: libtiff's own way
    return;
  }
  const bool is_grey = photometric != PHOTOMETRIC_PALETTE && photometric != PHOTOMETRIC_RGB;
  if (channels < 3 ? is_grey : photometric == PHOTOMETRIC_RGB) return;
  refuse(Reason::unsupported, source,
         "has " + std::to_string(channels) + " numbers a pixel whose colours (photometric " +
             std::to_string(photometric) + ") are not read: expected grey, or red, green and blue");
}

PlainHeader header_of(TIFF* tiff, const std::string& source) {
  PlainHeader header{type_of(tiff, source), {}};
  const auto height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  const auto width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  const auto channels = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  check_colours(tiff, channels, source);
  header.shape = {height, width, channels};
  return header;
}

Tiff opened(Source& file, const std::string& source) {
  Tiff tiff = open_tiff(file);
  if (!tiff) refuse(Reason::unreadable, source, "cannot be read: libtiff says: " + file.message());
  return tiff;
}

// Before so many bytes of pixels are given a place.
void require_pixels(std::uint64_t size, const Source& file, const std::string& source) {
  // The best that a compression of TIFF's does to an even picture is about a thousandth.
  constexpr std::uint64_t best_compression = 2000;
  if (size / best_compression > file.size()) {
    refuse(Reason::truncated, source,
           "is cut off: it tells of " + formats::size_text(size) + " of pixels, but has " +
               formats::size_text(file.size()));
  }
  formats::require_memory(size, source);
}

// The pixels of a file in whichever pieces it has: rows or tiles, colours together or in planes.
class Pieces {
 public:
  Pieces(TIFF* tiff, const Source& file, formats::NpyArray& to, const std::string& source)
      : tiff_(tiff), file_(file), to_(to), source_(source) {
    const auto planes = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    planes_ = planes == PLANARCONFIG_CONTIG ? 1 : static_cast<std::uint16_t>(to.shape[2]);
    pixel_ = to.type.size * static_cast<std::size_t>(to.shape[2]);
    part_ = pixel_ / planes_;
  }

  void read() {
    for (std::uint16_t plane = 0; plane < planes_; ++plane) {
      TIFFIsTiled(tiff_) != 0 ? read_tiles(plane) : read_rows(plane);
    }
  }

 private:
  std::int64_t height() const { return to_.shape[0]; }
  std::int64_t width() const { return to_.shape[1]; }

  // So many pixels of a plane, to (y, x) and what lies right of it.
  void put(const std::byte* from, std::int64_t y, std::int64_t x, std::int64_t count,
           std::uint16_t plane) {
    std::byte* to = to_.data.data() + static_cast<std::size_t>(y * width() + x) * pixel_;
    if (planes_ == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(count) * pixel_);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i, from += part_, to += pixel_) {
      std::memcpy(to + plane * part_, from, part_);
    }
  }

  void check_length(std::uint64_t found, std::int64_t pixels, const char* what) const {
    if (found != static_cast<std::uint64_t>(pixels) * part_) {
      refuse(Reason::unsupported, source_, std::string("has ") + what + " of an unexpected length");
    }
  }

  [[noreturn]] void refuse_at(const std::string& place) const {
    refuse(Reason::unreadable, source_,
           "cannot be read at " + place + ": libtiff says: " + file_.message());
  }

  void read_rows(std::uint16_t plane) {
    check_length(TIFFScanlineSize64(tiff_), width(), "rows");
    formats::Bytes row(static_cast<std::size_t>(width()) * part_);
    for (std::int64_t y = 0; y < height(); ++y) {
      if (TIFFReadScanline(tiff_, row.data(), static_cast<std::uint32_t>(y), plane) != 1) {
        refuse_at("row " + std::to_string(y));
      }
      put(row.data(), y, 0, width(), plane);
    }
  }

  void read_tiles(std::uint16_t plane) {
    const std::int64_t high = field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0);
    const std::int64_t wide = field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0);
    if (high < 1 || wide < 1) refuse(Reason::unreadable, source_, "has tiles without pixels");
    const std::uint64_t size = formats::bytes_of_shape({high, wide}, part_, source_);
    check_length(TIFFTileSize64(tiff_), high * wide, "tiles");
    require_pixels(size, file_, source_);
    formats::Bytes tile(static_cast<std::size_t>(size));
    for (std::int64_t y = 0; y < height(); y += high) {
      for (std::int64_t x = 0; x < width(); x += wide) {
        if (TIFFReadTile(tiff_, tile.data(), static_cast<std::uint32_t>(x),
                         static_cast<std::uint32_t>(y), 0, plane) < 0) {
          refuse_at("the tile at row " + std::to_string(y) + ", column " + std::to_string(x));
        }
        const std::int64_t rows = std::min(high, height() - y);
        for (std::int64_t i = 0; i < rows; ++i) {
          put(tile.data() + static_cast<std::size_t>(i * wide) * part_, y + i, x,
              std::min(wide, width() - x), plane);
        }
      }
    }
  }

  TIFF* tiff_;
  const Source& file_;
  formats::NpyArray& to_;
  const std::string& source_;
  std::uint16_t planes_;
  std::size_t pixel_, part_;  // bytes of a pixel, and of what one plane has of it
};

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
  require_pixels(size, file, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  if (size != 0) Pieces(tiff.get(), file, array, source).read();
  return array;
}

}  // namespace ptychopatch::mosaics
