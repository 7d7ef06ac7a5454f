// SPDX-License-Identifier: Apache-2.0
#include "mosaics/raw_input.hpp"

#include <algorithm>
#include <memory>

#include "formats/memory_limit.hpp"
#include "mosaics/raw_stream.hpp"
#include "mosaics/refusal.hpp"
#include "mosaics/tiff_directory.hpp"

namespace ptychopatch::mosaics {
namespace {

// Less than a quarter of a bit a pixel is no compression, but data that are not there.
constexpr std::uint64_t max_pixels_per_byte = 32;
// Decoders read ahead.
constexpr std::uint64_t read_ahead = 64;
constexpr unsigned x_trans_filters = 9;
// What a child takes besides pixels, and how many rows are copied before they are given back.
constexpr std::uint64_t own_bytes = std::uint64_t{16} << 20;
constexpr std::int64_t rows_held = 64;
constexpr unsigned odd_filters = 1000;  // below: no code of 2 x 8 colours

class Decoder {
 public:
  Decoder(std::span<const std::byte> bytes, const std::string& source,
          const formats::MappedFile* file)
      : source_(source), bytes_(bytes), stream_(bytes, file) {}

  ImageNeeds needs() {
    open();
    const std::uint64_t all = 2 * std::uint64_t{sizes().raw_width} * sizes().raw_height;
    ImageNeeds needs{sizes().height, sizes().width, cfa(), all, own_bytes};
    // Of a DNG one tile is decoded after the other; other decoders may hold all data a second time.
    if (raw_->imgdata.idata.dng_version == 0) needs.decoding += all;
    return needs;
  }

  RawImage decode() {
    open();
    check(raw_->unpack());
    if (stream_.missing() > read_ahead) cut_off();
    if (raw_->imgdata.rawdata.raw_image == nullptr) {
      throw Refusal(Reason::demosaiced, source_ +
                                            " is already demosaiced: it decodes to several "
                                            "colours a pixel, expected one");
    }
    return make();
  }

 private:
  void open() {
    raw_->imgdata.params.max_raw_memory_mb = 2048;
    // Instead of the one that prints.
    raw_->set_dataerror_handler(nullptr, nullptr);
    check(raw_->open_datastream(&stream_));
    check_kind();
    check_size();
  }

  const libraw_image_sizes_t& sizes() const { return raw_->imgdata.sizes; }
  const libraw_colordata_t& levels() const { return raw_->imgdata.color; }

  [[noreturn]] void cut_off() const {
    throw Refusal(Reason::truncated, source_ + " is cut off or damaged: its " + pixels() +
                                         " do not end within its " +
                                         formats::size_text(bytes_.size()));
  }

  std::string pixels() const {
    return std::to_string(sizes().raw_width) + " x " + std::to_string(sizes().raw_height) +
           " pixels";
  }

  void check(int status) const {
    if (status == LIBRAW_SUCCESS) return;
    if (status == LIBRAW_UNSUFFICIENT_MEMORY) throw std::bad_alloc();
    if (stream_.missing() > read_ahead || status == LIBRAW_IO_ERROR) cut_off();
    if (status == LIBRAW_FILE_UNSUPPORTED) {
      throw Refusal(
          Reason::unsupported,
          source_ + " is of no camera and format that LibRaw " LIBRAW_VERSION_STR " knows");
    }
    throw Refusal(Reason::unreadable,
                  source_ + " cannot be decoded: LibRaw says: " + libraw_strerror(status));
  }

  void check_kind() const {
    const libraw_iparams_t& image = raw_->imgdata.idata;
    if (image.is_foveon != 0) {
      throw Refusal(Reason::not_a_mosaic,
                    source_ + " is of a Foveon sensor, which has no mosaic of colours");
    }
    if (image.filters == 0) {
      throw Refusal(image.colors > 1 ? Reason::demosaiced : Reason::not_a_mosaic,
                    source_ + (image.colors > 1
                                   ? " is already demosaiced: it has no colour filter array"
                                   : " is of a monochrome sensor: it has no colour filter array"));
    }
  }

  void check_size() const {
    const std::uint64_t count = std::uint64_t{sizes().raw_width} * sizes().raw_height;
    if (count == 0 || count / max_pixels_per_byte > bytes_.size()) cut_off();
  }

  Cfa cfa() const {
    const unsigned filters = raw_->imgdata.idata.filters;
    if (raw_->is_fuji_rotated() != 0 || filters < x_trans_filters ||
        (filters > x_trans_filters && filters < odd_filters)) {
      throw Refusal(Reason::unsupported,
                    source_ + " has a sensor whose pixels are neither Bayer's nor X-Trans'");
    }
    Cfa found;
    // A code of filters may have a period of 2 x 8; it is Bayer's where it repeats every 2 x 2.
    found.period = filters == x_trans_filters ? 6 : 2;
    for (int i = 0; i < found.period * found.period; ++i) {
      found.colours[static_cast<std::size_t>(i)] = colour_at(i / found.period, i % found.period);
    }
    bool repeats = true;
    for (int y = 0; y < 24; ++y) {
      for (int x = 0; x < 24; ++x) repeats = repeats && found.colour(y, x) == colour_at(y, x);
    }
    if (!repeats || !is_real(found)) {
      throw Refusal(Reason::unsupported,
                    source_ + " has a colour filter array that is neither Bayer's nor X-Trans'");
    }
    return found;
  }

  // Within the active area. Both greens are one.
  std::uint8_t colour_at(int y, int x) const {
    const int index = raw_->COLOR(y, x);
    const char letter = index >= 0 && index < 4 ? raw_->imgdata.idata.cdesc[index] : '?';
    return letter == 'R' ? 0 : letter == 'G' ? 1 : letter == 'B' ? 2 : 3;
  }

  // LibRaw drops the first row or column of a Bayer DNG whose margin is odd, with its colours, but
  // lets the pattern of black levels begin anew.
  void find_dropped() {
    if (raw_->imgdata.idata.dng_version == 0) return;
    const std::vector<TiffDirectory> directories = tiff_directories(bytes_);
    const TiffDirectory* image = find_raw_image(directories);
    if (image == nullptr) return;
    const auto area = image->tags.find(tiff_active_area);
    if (area == image->tags.end() || area->second.size() < 2) return;
    dropped_rows_ = sizes().top_margin == area->second[0] + 1 ? 1 : 0;
    dropped_columns_ = sizes().left_margin == area->second[1] + 1 ? 1 : 0;
  }

  double black_at(std::int64_t y, std::int64_t x) const {
    y += dropped_rows_;
    x += dropped_columns_;
    const unsigned* each = levels().cblack;
    const int colour = raw_->COLOR(static_cast<int>(y % 24), static_cast<int>(x % 24));
    double black = levels().black + each[colour & 3];
    if (each[4] != 0 && each[5] != 0) {
      const std::uint64_t place = static_cast<std::uint64_t>(y) % each[4] * each[5] +
                                  static_cast<std::uint64_t>(x) % each[5];
      if (place < LIBRAW_CBLACK_SIZE - 6) black += each[6 + place];
    }
    return black;
  }

  RawImage make() {
    RawImage raw;
    raw.cfa = cfa();
    find_dropped();
    raw.top = sizes().top_margin;
    raw.left = sizes().left_margin;
    const std::int64_t height =
        std::min<std::int64_t>(sizes().height, sizes().raw_height - raw.top);
    const std::int64_t width = std::min<std::int64_t>(sizes().width, sizes().raw_width - raw.left);
    const std::int64_t pitch = sizes().raw_pitch / 2;
    if (height < 1 || width < 1 || pitch < raw.left + width) {
      throw Refusal(Reason::unreadable,
                    source_ + " is damaged: its active area is not on its sensor");
    }
    raw.pixels.type = {formats::Kind::unsigned_integer, 2};
    raw.pixels.shape = {height, width};
    raw.pixels.data = formats::Bytes(static_cast<std::size_t>(2 * height * width));
    std::uint16_t* const from = raw_->imgdata.rawdata.raw_image + raw.top * pitch;
    auto* to = reinterpret_cast<std::uint16_t*>(raw.pixels.data.data());
    for (std::int64_t y = 0; y < height; ++y) {
      std::copy_n(from + y * pitch + raw.left, width, to + y * width);
      // So that both are not held at once.
      if (y % rows_held != rows_held - 1) continue;
      const std::int64_t first = (y + 1 - rows_held) * pitch;
      formats::give_back(from + first, static_cast<std::size_t>(2 * rows_held * pitch));
    }
    set_levels(raw, to);
    describe(raw);
    return raw;
  }

  // The white level that a record's gain and exposure count from is the file's; what the camera
  // says of where its colours stop being linear is where pixels are overexposed.
  void set_levels(RawImage& raw, std::uint16_t* pixels) const {
    const unsigned* each = levels().cblack;
    const std::int64_t rows = std::int64_t{std::max(each[4], 1U)} * raw.cfa.period;
    const std::int64_t columns = std::int64_t{std::max(each[5], 1U)} * raw.cfa.period;
    const std::int64_t height = std::min(rows, raw.height());
    const std::int64_t width = std::min(columns, raw.width());
    double least = black_at(0, 0), most = least;
    for (std::int64_t i = 0; i < height * width; ++i) {
      const double black = black_at(i / width, i % width);
      least = std::min(least, black);
      most = std::max(most, black);
    }
    raw.black = most;
    raw.white = levels().maximum;
    raw.clip = raw.white;
    for (const long linear : levels().linear_max) {
      if (static_cast<double>(linear) > raw.black)
        raw.clip = std::min(raw.clip, static_cast<double>(linear));
    }
    if (least == most) return;
    for (std::int64_t y = 0; y < raw.height(); ++y) {
      for (std::int64_t x = 0; x < raw.width(); ++x) {
        const auto raise = static_cast<std::uint32_t>(most - black_at(y, x));
        std::uint16_t& pixel = pixels[y * raw.width() + x];
        pixel = static_cast<std::uint16_t>(std::min<std::uint32_t>(pixel + raise, 65535));
      }
    }
  }

  void describe(RawImage& raw) const {
    const libraw_iparams_t& image = raw_->imgdata.idata;
    raw.camera = std::string(image.make) + " " + image.model;
    raw.iso = raw_->imgdata.other.iso_speed;
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t k = 0; k < 3; ++k) {
        raw.rgb_xyz[i][k] = static_cast<double>(levels().cam_xyz[i][k]);
      }
    }
  }

  const std::string& source_;
  std::span<const std::byte> bytes_;
  RawStream stream_;
  std::int64_t dropped_rows_ = 0, dropped_columns_ = 0;
  // Far too large for the stack.
  std::unique_ptr<LibRaw> raw_ = std::make_unique<LibRaw>();
};

}  // namespace

ImageNeeds raw_needs_here(std::span<const std::byte> bytes, const std::string& source) {
  return Decoder(bytes, source, nullptr).needs();
}

RawImage decode_raw_here(std::span<const std::byte> bytes, const std::string& source,
                         const formats::MappedFile* file) {
  RawImage raw = Decoder(bytes, source, file).decode();
  if (!(raw.white > raw.black)) {
    throw Refusal(Reason::unreadable,
                  source + " says that its white level, " + std::to_string(raw.white) +
                      ", is not above its black level, " + std::to_string(raw.black));
  }
  return raw;
}

}  // namespace ptychopatch::mosaics
