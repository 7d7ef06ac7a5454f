// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <array>
#include <csetjmp>
#include <vector>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

// libpng reports by a long jump, which may pass over nothing that has a destructor: so all that is
// owned lies here, and the functions that call libpng own nothing.
class Reader {
 public:
  explicit Reader(formats::ByteReader& bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &fail, &ignore);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;  // NOLINT: libpng's own way
    png_set_read_fn(png_, this, &take);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;  // NOLINT: libpng's own way
    png_read_image(png_, rows);
    return true;
  }

  std::int64_t height() const { return png_get_image_height(png_, info_); }
  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  int bits() const { return png_get_bit_depth(png_, info_); }
  const char* message() const { return message_.data(); }

 private:
  static void fail(png_structp png, png_const_charp message) {
    auto* self = static_cast<Reader*>(png_get_error_ptr(png));
    std::snprintf(self->message_.data(), self->message_.size(), "%s", message);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void take(png_structp png, png_bytep to, png_size_t count) {
    auto* self = static_cast<Reader*>(png_get_io_ptr(png));
    // libpng's frames are no place for an exception.
    bool is_whole = false;
    try {
      is_whole = self->bytes_.read({reinterpret_cast<std::byte*>(to), count}) == count;
    } catch (const formats::FormatError&) {
    }
    if (!is_whole) png_error(png, "the file is cut off");
  }

  formats::ByteReader& bytes_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::array<char, 120> message_{};
};

[[noreturn]] void refuse(const Reader& reader, const std::string& source) {
  throw Refusal(Reason::unreadable, source + " cannot be read: libpng says: " + reader.message());
}

PlainHeader header_of(const Reader& reader) {
  return {{formats::Kind::unsigned_integer, static_cast<std::size_t>(reader.bits() / 8)},
          {reader.height(), reader.width(), reader.channels()}};
}

}  // namespace

PlainHeader read_png_header(formats::ByteReader& bytes, const std::string& source) {
  Reader reader(bytes);
  if (!reader.read_header()) refuse(reader, source);
  return header_of(reader);
}

formats::NpyArray decode_png(formats::ByteReader& bytes, const std::string& source) {
  Reader reader(bytes);
  if (!reader.read_header()) refuse(reader, source);
  formats::NpyArray array;
  PlainHeader header = header_of(reader);
  array.type = header.type;
  array.shape = std::move(header.shape);
  const std::uint64_t size =
      static_cast<std::uint64_t>(reader.row_bytes()) * static_cast<std::uint64_t>(reader.height());
  // Deflate's best is a thousandth.
  constexpr std::uint64_t best_compression = 2000;
  if (size / best_compression > bytes.size()) {
    throw Refusal(Reason::truncated, source + " is cut off: its header tells of " +
                                         formats::size_text(size) + " of pixels, but it has " +
                                         formats::size_text(bytes.size()));
  }
  formats::require_memory(size, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  std::vector<png_bytep> rows;
  for (std::int64_t y = 0; y < reader.height(); ++y) {
    rows.push_back(reinterpret_cast<png_bytep>(array.data.data()) +
                   static_cast<std::size_t>(y) * reader.row_bytes());
  }
  if (!reader.read_rows(rows.data())) refuse(reader, source);
  return array;
}

}  // namespace ptychopatch::mosaics
