// SPDX-License-Identifier: Apache-2.0
#include <OpenEXR/openexr.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

constexpr int part = 0;
// Of an image, and of a tile, which is held besides.
constexpr int largest_side = 1 << 17, largest_tile = 1 << 11;

[[noreturn]] void refuse(Reason reason, const std::string& source, const std::string& what) {
  throw Refusal(reason, source + " " + what);
}

// A file as OpenEXR reads it, and what OpenEXR said first.
class Exr {
 public:
  Exr(formats::SeekableReader& bytes, const std::string& source) : bytes_(bytes), source_(source) {
    exr_context_initializer_t how = EXR_DEFAULT_CONTEXT_INITIALIZER;
    how.error_handler_fn = &say;
    how.alloc_fn = &allocate;
    how.free_fn = &std::free;
    how.user_data = this;
    how.read_fn = &read;
    how.size_fn = &size;
    how.max_image_width = how.max_image_height = largest_side;
    how.max_tile_width = how.max_tile_height = largest_tile;
    check(exr_start_read(&context_, "EXR", &how));
  }
  ~Exr() { exr_finish(&context_); }
  Exr(const Exr&) = delete;
  Exr& operator=(const Exr&) = delete;

  exr_context_t get() const { return context_; }
  std::uint64_t file_bytes() const { return bytes_.size(); }
  const std::string& source() const { return source_; }

  void check(exr_result_t result) const {
    if (result == EXR_ERR_SUCCESS) return;
    if (result == EXR_ERR_OUT_OF_MEMORY) throw std::bad_alloc();
    refuse(Reason::unreadable, source_,
           std::string("cannot be read: OpenEXR says: ") +
               (message_[0] != '\0' ? message_.data() : exr_get_default_error_message(result)));
  }

 private:
  static void* allocate(std::size_t bytes) {
    constexpr std::size_t largest = std::size_t{1} << 28;
    return bytes > largest ? nullptr : std::malloc(bytes);
  }
  static void say(exr_const_context_t context, exr_result_t, const char* message) {
    void* self = nullptr;
    if (context == nullptr || exr_get_user_data(context, &self) != EXR_ERR_SUCCESS || !self) return;
    auto& text = static_cast<Exr*>(self)->message_;
    if (text[0] == '\0') std::snprintf(text.data(), text.size(), "%s", message);
  }
  // OpenEXR's frames are no place for an exception.
  static std::int64_t read(exr_const_context_t, void* self, void* to, std::uint64_t count,
                           std::uint64_t place, exr_stream_error_func_ptr_t) {
    auto& bytes = static_cast<Exr*>(self)->bytes_;
    try {
      if (place >= bytes.size()) return 0;
      bytes.seek(place);
      const std::uint64_t there = std::min<std::uint64_t>(count, bytes.size() - place);
      return static_cast<std::int64_t>(
          bytes.read({static_cast<std::byte*>(to), static_cast<std::size_t>(there)}));
    } catch (const formats::FormatError&) {
      return -1;
    }
  }
  static std::int64_t size(exr_const_context_t, void* self) {
    return static_cast<std::int64_t>(static_cast<Exr*>(self)->bytes_.size());
  }

  formats::SeekableReader& bytes_;
  const std::string& source_;
  exr_context_t context_ = nullptr;
  std::array<char, 200> message_{};
};

// What lies in a file's one part: its channels in the order of red, green, blue and alpha.
struct Layout {
  exr_attr_box2i_t window{};
  std::vector<std::string> channels;
  bool tiled = false;
  std::int32_t chunk_height = 0, chunk_width = 0;  // of tiles, or of lines that are packed together
  std::uint64_t file_pixel_bytes = 0;

  std::int64_t height() const { return std::int64_t{window.max.y} - window.min.y + 1; }
  std::int64_t width() const { return std::int64_t{window.max.x} - window.min.x + 1; }
  PlainHeader header() const {
    // A piece as packed, as unpacked, and what decompression takes of the same size.
    const std::uint64_t piece = static_cast<std::uint64_t>(chunk_height) *
                                static_cast<std::uint64_t>(chunk_width) * file_pixel_bytes;
    return {{formats::Kind::floating, sizeof(float)},
            {height(), width(), static_cast<std::int64_t>(channels.size())},
            4 * piece};
  }
};

bool same(const exr_attr_box2i_t& a, const exr_attr_box2i_t& b) {
  return a.min.x == b.min.x && a.min.y == b.min.y && a.max.x == b.max.x && a.max.y == b.max.y;
}

void read_channels(const Exr& file, Layout& layout) {
  const exr_attr_chlist_t* list = nullptr;
  file.check(exr_get_channels(file.get(), part, &list));
  std::string names;
  bool sampled = true;
  for (int i = 0; i < list->num_channels; ++i) {
    const exr_attr_chlist_entry_t& each = list->entries[i];
    if (i < 8) names.append(i == 0 ? "" : ", ").append(each.name.str);
    sampled = sampled && each.x_sampling == 1 && each.y_sampling == 1;
    layout.file_pixel_bytes += each.pixel_type == EXR_PIXEL_HALF ? 2 : 4;
  }
  // The list is in the order of the alphabet.
  static const std::array<std::pair<std::string_view, std::vector<std::string>>, 4> known = {{
      {"Y", {"Y"}},
      {"A, Y", {"Y", "A"}},
      {"B, G, R", {"R", "G", "B"}},
      {"A, B, G, R", {"R", "G", "B", "A"}},
  }};
  const auto* found = std::find_if(known.begin(), known.end(),
                                   [&](const auto& each) { return each.first == names; });
  if (found == known.end() || !sampled) {
    refuse(Reason::unsupported, file.source(),
           "has the channels " + formats::quoted(names) +
               (sampled ? "" : ", some of fewer pixels than others") +
               ", expected Y, or R, G and B, and A perhaps");
  }
  layout.channels = found->second;
}

// OpenEXR's C library, which is bounded by what it is given, has no DWA, and other pixels of B44
// than its C++ library has.
void check_compression(const Exr& file) {
  exr_compression_t compression = EXR_COMPRESSION_LAST_TYPE;
  file.check(exr_get_compression(file.get(), part, &compression));
  if (compression < EXR_COMPRESSION_B44) return;
  refuse(Reason::unsupported, file.source(),
         "is compressed by B44 or DWA, which lose what eyes do not see: expected none, RLE, ZIP, "
         "ZIPS, PIZ or PXR24");
}

Layout layout_of(const Exr& file) {
  int parts = 0;
  file.check(exr_get_count(file.get(), &parts));
  exr_storage_t storage = EXR_STORAGE_LAST_TYPE;
  file.check(exr_get_storage(file.get(), part, &storage));
  if (parts != 1 || (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED)) {
    refuse(Reason::unsupported, file.source(),
           "has " + std::to_string(parts) + (parts == 1 ? " deep part" : " parts") +
               ", expected one flat image");
  }
  Layout layout;
  exr_attr_box2i_t shown{};
  file.check(exr_get_data_window(file.get(), part, &layout.window));
  file.check(exr_get_display_window(file.get(), part, &shown));
  if (!same(layout.window, shown)) {
    refuse(Reason::unsupported, file.source(),
           "has pixels of another window than it shows, expected the same");
  }
  read_channels(file, layout);
  check_compression(file);
  layout.tiled = storage == EXR_STORAGE_TILED;
  if (layout.tiled) {
    std::uint32_t wide = 0, high = 0;
    exr_tile_level_mode_t levels{};
    exr_tile_round_mode_t rounding{};
    file.check(exr_get_tile_descriptor(file.get(), part, &wide, &high, &levels, &rounding));
    layout.chunk_height = static_cast<std::int32_t>(high);
    layout.chunk_width = static_cast<std::int32_t>(wide);
  } else {
    file.check(exr_get_scanlines_per_chunk(file.get(), part, &layout.chunk_height));
    layout.chunk_width = static_cast<std::int32_t>(layout.width());
  }
  if (layout.chunk_height < 1)
    refuse(Reason::unreadable, file.source(), "has pieces without pixels");
  return layout;
}

// Decodes one piece of the image after the other into its place.
class Pieces {
 public:
  Pieces(const Exr& file, const Layout& layout, formats::NpyArray& to)
      : file_(file), layout_(layout), to_(to) {}
  ~Pieces() {
    if (begun_) exr_decoding_destroy(file_.get(), &pipeline_);
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  void read() {
    for (std::int64_t y = 0; y < layout_.height(); y += layout_.chunk_height) {
      for (std::int64_t x = 0; x < layout_.width(); x += layout_.chunk_width) {
        exr_chunk_info_t chunk{};
        const auto i = static_cast<int>(y / layout_.chunk_height);
        const auto k = static_cast<int>(x / layout_.chunk_width);
        file_.check(layout_.tiled ? exr_read_tile_chunk_info(file_.get(), part, k, i, 0, 0, &chunk)
                                  : exr_read_scanline_chunk_info(
                                        file_.get(), part,
                                        static_cast<int>(layout_.window.min.y + y), &chunk));
        decode(chunk, y, x);
      }
    }
  }

 private:
  void decode(const exr_chunk_info_t& chunk, std::int64_t y, std::int64_t x) {
    if (chunk.height < 1 || chunk.width < 1 || chunk.height > layout_.height() - y ||
        chunk.width > layout_.width() - x) {
      refuse(Reason::unreadable, file_.source(), "has a piece that lies beyond the image");
    }
    if (begun_) {
      file_.check(exr_decoding_update(file_.get(), part, &chunk, &pipeline_));
    } else {
      file_.check(exr_decoding_initialize(file_.get(), part, &chunk, &pipeline_));
      begun_ = true;
    }
    place(y, x);
    // Which routines do depends on the piece: at the rim tiles are smaller.
    file_.check(exr_decoding_choose_default_routines(file_.get(), part, &pipeline_));
    file_.check(exr_decoding_run(file_.get(), part, &pipeline_));
  }

  // Where the channels of the piece at (y, x) go.
  void place(std::int64_t y, std::int64_t x) {
    const auto& names = layout_.channels;
    const auto count = static_cast<std::int64_t>(names.size());
    auto* to = reinterpret_cast<float*>(to_.data.data()) + (y * layout_.width() + x) * count;
    for (std::int16_t i = 0; i < pipeline_.channel_count; ++i) {
      exr_coding_channel_info_t& channel = pipeline_.channels[i];
      const auto at = std::ranges::find(names, std::string_view(channel.channel_name));
      channel.decode_to_ptr = reinterpret_cast<std::uint8_t*>(to + (at - names.begin()));
      channel.user_data_type = EXR_PIXEL_FLOAT;
      channel.user_bytes_per_element = sizeof(float);
      channel.user_pixel_stride = static_cast<std::int32_t>(sizeof(float) * names.size());
      channel.user_line_stride =
          static_cast<std::int32_t>(channel.user_pixel_stride * layout_.width());
    }
  }

  const Exr& file_;
  const Layout& layout_;
  formats::NpyArray& to_;
  exr_decode_pipeline_t pipeline_ = EXR_DECODE_PIPELINE_INITIALIZER;
  bool begun_ = false;
};

}  // namespace

PlainHeader read_exr_header(formats::SeekableReader& bytes, const std::string& source) {
  return layout_of(Exr(bytes, source)).header();
}

formats::NpyArray decode_exr(formats::SeekableReader& bytes, const std::string& source) {
  const Exr file(bytes, source);
  const Layout layout = layout_of(file);
  PlainHeader header = layout.header();
  formats::NpyArray array{header.type, std::move(header.shape), {}};
  const std::uint64_t size = formats::bytes_of_shape(array.shape, array.type.size, source);
  // What the best of its compressions does to an even picture is about a thousandth.
  constexpr std::uint64_t best_compression = 4000;
  if (size / best_compression > file.file_bytes()) {
    refuse(Reason::truncated, source,
           "is cut off: its header tells of " + formats::size_text(size) +
               " of pixels, but it has " + formats::size_text(file.file_bytes()));
  }
  formats::require_memory(size + header.decoding, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  Pieces(file, layout, array).read();
  return array;
}

}  // namespace ptychopatch::mosaics
