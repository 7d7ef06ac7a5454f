// SPDX-License-Identifier: Apache-2.0
#include "mosaics/image_input.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"
#include "formats/tensor.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"
#include "mosaics/tiff_directory.hpp"

namespace ptychopatch::mosaics {
namespace {

enum class Format { kNpy, kPng, kTiff, kMrc, kRaw };

bool ends_with_case(std::string name, std::string_view end) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.ends_with(end);
}

// Longer than every header that tells a format or counts images.
constexpr std::size_t kFirstBytes = 1024;

Format format_of(std::span<const std::byte> bytes, const std::string& path) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\x93NUMPY")) return Format::kNpy;
  if (text.starts_with("\x89PNG")) return Format::kPng;
  const bool tiff = text.starts_with(std::string_view("II*\0", 4)) ||
                    text.starts_with(std::string_view("MM\0*", 4)) ||
                    text.starts_with(std::string_view("II+\0", 4)) ||
                    text.starts_with(std::string_view("MM\0+", 4));
  if (tiff && (ends_with_case(path, ".tif") || ends_with_case(path, ".tiff"))) return Format::kTiff;
  const bool mrc = text.size() >= 212 && text.substr(208, 3) == "MAP";
  if (mrc || ends_with_case(path, ".mrc") || ends_with_case(path, ".mrcs")) return Format::kMrc;
  return Format::kRaw;
}

[[noreturn]] void too_few(const ImageItem& item, const std::string& source) {
  throw Refusal(Reason::kUnreadable, source + " has fewer images than " + item.name() + " says");
}

formats::NpyArray read_npy_item(formats::SeekableReader& bytes, const ImageItem& item,
                                const std::string& source) {
  bytes.seek(0);
  const formats::NpyHeader header = formats::read_npy_header(bytes, source);
  if (header.shape.size() != 3 || !item.index) {
    bytes.seek(0);
    return formats::read_npy(bytes, source);
  }
  const std::int64_t images = header.shape[0], index = *item.index;
  if (index < 0 || index >= images) too_few(item, source);
  const std::uint64_t one = header.data_bytes / static_cast<std::uint64_t>(images);
  formats::NpyArray array{header.type, {header.shape[1], header.shape[2]}, {}};
  if (!header.fortran_order) {
    formats::require_memory(one, source);
    array.data = formats::Bytes(static_cast<std::size_t>(one));
    bytes.seek(header.header_bytes + static_cast<std::uint64_t>(index) * one);
    if (bytes.read(array.data.span()) != one) {
      throw Refusal(Reason::kTruncated, source + " was cut off while it was read");
    }
    formats::to_native_order(array);
    return array;
  }
  bytes.seek(0);
  const formats::NpyArray all = formats::read_npy(bytes, source);
  array.type = all.type;
  array.data = formats::Bytes(static_cast<std::size_t>(one));
  std::memcpy(array.data.data(), all.data.data() + static_cast<std::uint64_t>(index) * one, one);
  return array;
}

// To one of the types that the library registers.
formats::NpyArray converted(formats::NpyArray array, const std::string& source) {
  using formats::Kind;
  const formats::ElementType type = array.type;
  if (type.kind == Kind::kUnsigned && type.size == 2) return array;
  if (type.kind == Kind::kUnsigned && type.size == 1) {
    formats::NpyArray wide{
        {Kind::kUnsigned, 2}, array.shape, formats::Bytes(2 * array.data.size())};
    auto* to = reinterpret_cast<std::uint16_t*>(wide.data.data());
    for (std::size_t i = 0; i < array.data.size(); ++i) {
      to[i] = static_cast<std::uint16_t>(array.data.data()[i]);
    }
    return wide;
  }
  return formats::to_array(
      formats::to_tensor(std::move(array), formats::nearest_dtype(type), source));
}

// (H, W, channels) to (H, W): colours become luma, with the weights of Rec. 709.
formats::NpyArray one_channel(formats::NpyArray array, const std::string& source) {
  if (array.shape.size() == 2) return array;
  const std::int64_t channels = array.shape[2];
  if (channels == 1) {
    array.shape.pop_back();
    return array;
  }
  if (channels != 3) {
    throw Refusal(Reason::kUnsupported, source + " has " + std::to_string(channels) +
                                            " numbers a pixel, expected 1 or 3");
  }
  const std::int64_t pixels = array.shape[0] * array.shape[1];
  const formats::Shape shape = {array.shape[0], array.shape[1]};
  formats::Tensor colours = formats::to_tensor(std::move(array), PPATCH_F32, source);
  formats::NpyArray luma{
      {formats::Kind::kFloat, 4}, shape, formats::Bytes(static_cast<std::size_t>(4 * pixels))};
  auto* to = reinterpret_cast<float*>(luma.data.data());
  const float* from = colours.as<float>();
  for (std::int64_t i = 0; i < pixels; ++i, from += 3) {
    to[i] = 0.2126F * from[0] + 0.7152F * from[1] + 0.0722F * from[2];
  }
  return luma;
}

Mosaic plain(formats::NpyArray array, const ImageSettings& settings, const std::string& source) {
  const bool colour = array.shape.size() == 3 && array.shape[2] == 3;
  if (array.shape.size() != 2 && !colour && !(array.shape.size() == 3 && array.shape[2] == 1)) {
    throw Refusal(Reason::kUnsupported, source + " has the shape " +
                                            formats::shape_text(array.shape) +
                                            ", expected an image (H, W)");
  }
  if (colour && settings.cfa.mosaic()) {
    throw Refusal(Reason::kDemosaiced, source +
                                           " has three colours a pixel, but --cfa says that it "
                                           "is a mosaic");
  }
  if (array.shape[0] < 1 || array.shape[1] < 1) {
    throw Refusal(Reason::kNoImageData, source + " has no pixels");
  }
  if (!array.type.numeric() || array.type.kind == formats::Kind::kComplex) {
    throw Refusal(Reason::kUnsupported,
                  source + " is " + array.type.name() + ", expected real numbers");
  }
  Mosaic mosaic;
  mosaic.pixels = converted(one_channel(std::move(array), source), source);
  mosaic.cfa = settings.cfa;
  mosaic.black = settings.black;
  mosaic.white = mosaic.clip = settings.white;
  return mosaic;
}

}  // namespace

std::vector<ImageItem> items_of(const std::string& path) {
  formats::InputFile file(path);
  formats::Bytes first(kFirstBytes);
  const std::size_t count = file.read(first.span());
  const Format format = format_of(first.span().first(count), path);
  std::int64_t images = 0;
  if (format == Format::kNpy) {
    formats::InputFile again(path);
    const formats::NpyHeader header = formats::read_npy_header(again, formats::quoted(path));
    // Where there are no pixels nothing bounds the number of images.
    if (header.shape.size() == 3 && header.data_bytes != 0) images = header.shape[0];
  } else if (format == Format::kMrc) {
    const MrcHeader header =
        read_mrc_header(first.span().first(count), file.size(), formats::quoted(path));
    if (header.sections > 1) images = header.sections;
  }
  if (images == 0) return {{path, std::nullopt}};
  std::vector<ImageItem> items;
  for (std::int64_t i = 0; i < images; ++i) items.push_back({path, i});
  return items;
}

namespace {

// Of a file that is no camera RAW.
Mosaic decode_plain(Format format, formats::SeekableReader& bytes, const ImageItem& item,
                    const ImageSettings& settings, const std::string& source) {
  switch (format) {
    case Format::kPng:
      return plain(decode_png(bytes, source), settings, source);
    case Format::kTiff:
      return plain(decode_tiff(bytes, source), settings, source);
    case Format::kMrc:
      return plain(decode_mrc(bytes, item.index.value_or(0), source), settings, source);
    default:
      return plain(read_npy_item(bytes, item, source), settings, source);
  }
}

// Leaves the reader at its beginning.
Format format_of(formats::InputFile& file, const std::string& path) {
  formats::Bytes first(kFirstBytes);
  const Format format = format_of(first.span().first(file.read(first.span())), path);
  file.seek(0);
  return format;
}

// What plain() and what comes before it take of an image of that type and shape.
ImageNeeds plain_needs(const PlainHeader& header, bool copies, const ImageSettings& settings,
                       const std::string& source) {
  const formats::ElementType& type = header.type;
  if (header.shape.size() < 2 || header.shape.size() > 3) return {};
  const bool colour = header.shape.size() == 3 && header.shape[2] == 3;
  const std::uint64_t read = formats::bytes_of_shape(header.shape, type.size, source);
  ImageNeeds needs{header.shape[0], header.shape[1], settings.cfa, 0, 0};
  const std::uint64_t count = formats::bytes_of_shape({needs.height, needs.width}, 1, source);
  const bool is_short = type.kind == formats::Kind::kUnsigned && type.size <= 2;
  const bool is_double = type.size == 8 || (type.size == 4 && type.kind != formats::Kind::kFloat);
  needs.pixels = count * (colour ? 4 : is_short ? 2 : is_double ? 8 : 4);
  // As read, in order, and all three colours in single precision.
  needs.decoding = (copies ? read : 0) + (colour ? 3 * needs.pixels : 0);
  if (colour || needs.pixels != read) needs.decoding += read;
  return needs;
}

}  // namespace

Mosaic decode_image(std::span<const std::byte> bytes, const ImageItem& item,
                    const ImageSettings& settings, const std::function<bool()>& stop) {
  const std::string source = formats::quoted(item.path);
  const Format format = format_of(bytes, item.path);
  if (format == Format::kRaw) return decode_raw(bytes, source, stop);
  formats::SpanReader reader(bytes);
  return decode_plain(format, reader, item, settings, source);
}

Mosaic read_image(const ImageItem& item, const ImageSettings& settings,
                  const std::function<bool()>& stop) {
  const std::string source = formats::quoted(item.path);
  formats::InputFile file(item.path);
  const Format format = format_of(file, item.path);
  if (format == Format::kRaw) return read_raw(file, source, stop);
  return decode_plain(format, file, item, settings, source);
}

ImageNeeds needs_of(const ImageItem& item, const ImageSettings& settings) {
  const std::string source = formats::quoted(item.path);
  formats::InputFile file(item.path);
  switch (format_of(file, item.path)) {
    case Format::kPng:
      return plain_needs(read_png_header(file, source), false, settings, source);
    case Format::kTiff:
      return plain_needs(read_tiff_header(file, source), false, settings, source);
    case Format::kMrc: {
      formats::Bytes first(kFirstBytes);
      const std::size_t count = file.read(first.span());
      const MrcHeader header = read_mrc_header(first.span().first(count), file.size(), source);
      return plain_needs({header.type, {header.height, header.width}}, false, settings, source);
    }
    case Format::kNpy: {
      const formats::NpyHeader header = formats::read_npy_header(file, source);
      PlainHeader one{header.type, header.shape};
      if (item.index && one.shape.size() == 3) one.shape.erase(one.shape.begin());
      ImageNeeds needs = plain_needs(one, header.fortran_order, settings, source);
      if (header.fortran_order && item.index) needs.decoding += 2 * header.data_bytes;
      return needs;
    }
    case Format::kRaw:
      break;
  }
  return raw_needs(file, source);
}

}  // namespace ptychopatch::mosaics
