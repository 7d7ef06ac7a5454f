// SPDX-License-Identifier: Apache-2.0
#include "mosaics/image_input.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"
#include "formats/tensor.hpp"
#include "mosaics/plain_image.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"
#include "mosaics/tiff_directory.hpp"

namespace ptychopatch::mosaics {
namespace {

enum class Format { npy, png, jpeg, tiff, exr, mrc, raw };

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool ends_with_case(const std::string& name, std::string_view end) {
  return in_lower_case(name).ends_with(end);
}

// Longer than every header that tells a format or counts images.
constexpr std::size_t first_bytes = 1024;

Format format_of(std::span<const std::byte> bytes, const std::string& path) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\x93NUMPY")) return Format::npy;
  if (text.starts_with("\x89PNG")) return Format::png;
  if (text.starts_with("\x76\x2f\x31\x01")) return Format::exr;
  // By another name it is what a camera made of a RAW.
  const bool jpeg = text.starts_with("\xff\xd8\xff");
  if (jpeg && (ends_with_case(path, ".jpg") || ends_with_case(path, ".jpeg"))) return Format::jpeg;
  const bool tiff = text.starts_with(std::string_view("II*\0", 4)) ||
                    text.starts_with(std::string_view("MM\0*", 4)) ||
                    text.starts_with(std::string_view("II+\0", 4)) ||
                    text.starts_with(std::string_view("MM\0+", 4));
  if (tiff && (ends_with_case(path, ".tif") || ends_with_case(path, ".tiff"))) return Format::tiff;
  const bool mrc = text.size() >= 212 && text.substr(208, 3) == "MAP";
  if (mrc || ends_with_case(path, ".mrc") || ends_with_case(path, ".mrcs")) return Format::mrc;
  return Format::raw;
}

[[noreturn]] void too_few(const ImageItem& item, const std::string& source) {
  throw Refusal(Reason::unreadable, source + " has fewer images than " + item.name() + " says");
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
      throw Refusal(Reason::truncated, source + " was cut off while it was read");
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

}  // namespace

bool names_image(const std::string& name) {
  static constexpr std::string_view endings[] = {
      "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng",  "erf", "exr", "fff", "gpr",  "iiq", "jpeg",
      "jpg", "k25", "kdc", "mef", "mos", "mrc", "mrcs", "mrw", "nef", "npy", "nrw",  "orf", "pef",
      "png", "ptx", "raf", "raw", "rw2", "rwl", "sr2",  "srf", "srw", "tif", "tiff", "x3f"};
  const std::string ending = in_lower_case(std::filesystem::path(name).extension().string());
  return !ending.empty() &&
         std::ranges::find(endings, std::string_view(ending).substr(1)) != std::end(endings);
}

std::vector<ImageItem> items_of(const std::string& path) {
  formats::InputFile file(path);
  formats::Bytes first(first_bytes);
  const std::size_t count = file.read(first.span());
  const Format format = format_of(first.span().first(count), path);
  std::int64_t images = 0;
  if (format == Format::npy) {
    formats::InputFile again(path);
    const formats::NpyHeader header = formats::read_npy_header(again, formats::quoted(path));
    // Where there are no pixels nothing bounds the number of images.
    const bool is_stack = header.shape.size() == 3 && !has_colours(header.shape);
    if (is_stack && header.data_bytes != 0) images = header.shape[0];
  } else if (format == Format::mrc) {
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
RawImage decode_plain(Format format, formats::SeekableReader& bytes, const ImageItem& item,
                      const ImageSettings& settings, const std::string& source) {
  switch (format) {
    case Format::png:
      return plain(decode_png(bytes, source), settings, source);
    case Format::jpeg:
      return plain(decode_jpeg(bytes, source), settings, source);
    case Format::tiff:
      return plain(decode_tiff(bytes, source), settings, source);
    case Format::exr:
      return plain(decode_exr(bytes, source), settings, source);
    case Format::mrc:
      return plain(decode_mrc(bytes, item.index.value_or(0), source), settings, source);
    default:
      return plain(read_npy_item(bytes, item, source), settings, source);
  }
}

// Leaves the reader at its beginning.
Format format_of(formats::InputFile& file, const std::string& path) {
  formats::Bytes first(first_bytes);
  const Format format = format_of(first.span().first(file.read(first.span())), path);
  file.seek(0);
  return format;
}

// What plain() and what comes before it take of an image of that type and shape.
ImageNeeds plain_needs(const PlainHeader& header, bool copies, const ImageSettings& settings,
                       const std::string& source) {
  const formats::ElementType& type = header.type;
  if (header.shape.size() < 2 || header.shape.size() > 3) return {};
  const std::int64_t channels = header.shape.size() == 3 ? header.shape[2] : 1;
  const bool colour = channels >= 3;
  const std::uint64_t read = formats::bytes_of_shape(header.shape, type.size, source);
  ImageNeeds needs{header.shape[0], header.shape[1], settings.cfa, 0, 0};
  const std::uint64_t count = formats::bytes_of_shape({needs.height, needs.width}, 1, source);
  const bool is_short = type.kind == formats::Kind::unsigned_integer && type.size <= 2;
  const bool is_double = type.size == 8 || (type.size == 4 && type.kind != formats::Kind::floating);
  const bool is_long = type.kind == formats::Kind::floating && type.size == 8;
  const std::uint64_t size = is_short ? 2 : is_double ? 8 : 4;
  needs.pixels = count * (colour ? (is_long ? 8 : 4) : size);
  // As read, in order, and all channels in a type that becomes luminance.
  needs.decoding = (copies ? read : 0) + header.decoding;
  if (colour && !becomes_luminance(type)) {
    needs.decoding += count * 4 * static_cast<std::uint64_t>(channels);
  }
  if (channels > 1 || needs.pixels != read) needs.decoding += read;
  return needs;
}

}  // namespace

RawImage decode_image(std::span<const std::byte> bytes, const ImageItem& item,
                      const ImageSettings& settings, const std::function<bool()>& stop) {
  const std::string source = formats::quoted(item.path);
  const Format format = format_of(bytes, item.path);
  if (format == Format::raw) return decode_raw(bytes, source, stop);
  formats::SpanReader reader(bytes);
  return decode_plain(format, reader, item, settings, source);
}

RawImage read_image(const ImageItem& item, const ImageSettings& settings,
                    const std::function<bool()>& stop) {
  const std::string source = formats::quoted(item.path);
  formats::InputFile file(item.path);
  const Format format = format_of(file, item.path);
  if (format == Format::raw) return read_raw(file, source, stop);
  return decode_plain(format, file, item, settings, source);
}

ImageNeeds needs_of(const ImageItem& item, const ImageSettings& settings) {
  const std::string source = formats::quoted(item.path);
  formats::InputFile file(item.path);
  switch (format_of(file, item.path)) {
    case Format::png:
      return plain_needs(read_png_header(file, source), false, settings, source);
    case Format::jpeg:
      return plain_needs(read_jpeg_header(file, source), false, settings, source);
    case Format::tiff:
      return plain_needs(read_tiff_header(file, source), false, settings, source);
    case Format::exr:
      return plain_needs(read_exr_header(file, source), false, settings, source);
    case Format::mrc: {
      formats::Bytes first(first_bytes);
      const std::size_t count = file.read(first.span());
      const MrcHeader header = read_mrc_header(first.span().first(count), file.size(), source);
      return plain_needs({header.type, {header.height, header.width}}, false, settings, source);
    }
    case Format::npy: {
      const formats::NpyHeader header = formats::read_npy_header(file, source);
      PlainHeader one{header.type, header.shape};
      if (item.index && one.shape.size() == 3) one.shape.erase(one.shape.begin());
      ImageNeeds needs = plain_needs(one, header.fortran_order, settings, source);
      if (header.fortran_order && item.index) needs.decoding += 2 * header.data_bytes;
      return needs;
    }
    case Format::raw:
      break;
  }
  return raw_needs(file, source);
}

}  // namespace ptychopatch::mosaics
