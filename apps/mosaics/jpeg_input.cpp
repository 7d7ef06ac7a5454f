// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>

// jpeglib.h needs what stdio declares.
#include <jpeglib.h>

#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

constexpr std::size_t buffer = 64 << 10;
constexpr int max_scans = 200;  // a file of a few bytes may have thousands of empty ones

// libjpeg reports by a long jump, which may pass over nothing that has a destructor: so all that is
// owned lies here, and the functions that call libjpeg own nothing.
class Reader {
 public:
  explicit Reader(formats::ByteReader& bytes) : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = &fail;
    errors_.emit_message = &hear;
    errors_.output_message = [](j_common_ptr) {};
    jpeg_.client_data = this;
  }
  ~Reader() { jpeg_destroy_decompress(&jpeg_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool read_header() {
    if (setjmp(jump_) != 0) return false;  // NOLINT: libjpeg's own way
    jpeg_create_decompress(&jpeg_);
    jpeg_.client_data = this;
    source_.init_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = &fill;
    source_.skip_input_data = &skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = [](j_decompress_ptr) {};
    jpeg_.src = &source_;
    progress_.progress_monitor = &count_scans;
    jpeg_.progress = &progress_;
    jpeg_read_header(&jpeg_, TRUE);
    return true;
  }

  bool read_rows(std::byte* to, std::size_t row) {
    if (setjmp(jump_) != 0) return false;  // NOLINT: libjpeg's own way
    jpeg_.out_color_space = jpeg_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&jpeg_);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      auto* line = reinterpret_cast<JSAMPROW>(to + jpeg_.output_scanline * row);
      jpeg_read_scanlines(&jpeg_, &line, 1);
    }
    jpeg_finish_decompress(&jpeg_);
    return true;
  }

  PlainHeader header() const {
    PlainHeader header{{formats::Kind::unsigned_integer, 1},
                       {jpeg_.image_height, jpeg_.image_width, jpeg_.num_components}};
    // The coefficients of all of a picture that is sent in several scans.
    constexpr std::uint64_t coefficient = 2;
    if (jpeg_.progressive_mode != 0 || jpeg_.comps_in_scan != jpeg_.num_components) {
      header.decoding = coefficient * jpeg_.image_height * jpeg_.image_width *
                        static_cast<std::uint64_t>(jpeg_.num_components);
    }
    return header;
  }
  int components() const { return jpeg_.num_components; }
  const char* message() const { return message_.data(); }
  bool is_cut() const { return is_cut_; }

 private:
  static Reader& of(j_common_ptr jpeg) { return *static_cast<Reader*>(jpeg->client_data); }

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    Reader& self = of(jpeg);
    std::array<char, JMSG_LENGTH_MAX> text{};
    jpeg->err->format_message(jpeg, text.data());
    std::snprintf(self.message_.data(), self.message_.size(), "%s", text.data());
    std::longjmp(self.jump_, 1);  // NOLINT: libjpeg's own way
  }
  // A warning is damage that libjpeg would paint over.
  static void hear(j_common_ptr jpeg, int level) {
    if (level < 0) fail(jpeg);
  }
  static void count_scans(j_common_ptr jpeg) {
    const auto* decompress = reinterpret_cast<j_decompress_ptr>(jpeg);
    if (jpeg->is_decompressor == 0 || decompress->input_scan_number <= max_scans) return;
    Reader& self = of(jpeg);
    std::snprintf(self.message_.data(), self.message_.size(), "more than %d scans", max_scans);
    std::longjmp(self.jump_, 1);  // NOLINT: libjpeg's own way
  }
  static boolean fill(j_decompress_ptr jpeg) {
    auto* const self = static_cast<Reader*>(jpeg->client_data);
    // libjpeg's frames are no place for an exception.
    std::size_t count = 0;
    try {
      count = self->bytes_.read(self->buffer_);
    } catch (const formats::FormatError&) {
    }
    if (count == 0) {
      self->is_cut_ = true;
      std::snprintf(self->message_.data(), self->message_.size(), "the file is cut off");
      std::longjmp(self->jump_, 1);  // NOLINT: libjpeg's own way
    }
    self->source_.next_input_byte = reinterpret_cast<const JOCTET*>(self->buffer_.data());
    self->source_.bytes_in_buffer = count;
    return TRUE;
  }
  static void skip(j_decompress_ptr jpeg, long count) {
    auto& source = static_cast<Reader*>(jpeg->client_data)->source_;
    auto left = static_cast<std::size_t>(count > 0 ? count : 0);
    while (left > source.bytes_in_buffer) {
      left -= source.bytes_in_buffer;
      fill(jpeg);
    }
    source.next_input_byte += left;
    source.bytes_in_buffer -= left;
  }

  formats::ByteReader& bytes_;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  std::array<std::byte, buffer> buffer_{};
  std::array<char, 200> message_{};
  bool is_cut_ = false;
};

[[noreturn]] void refuse(const Reader& reader, const std::string& source) {
  if (reader.is_cut()) throw Refusal(Reason::truncated, source + " is cut off");
  throw Refusal(Reason::unreadable, source + " cannot be read: libjpeg says: " + reader.message());
}

PlainHeader header_of(Reader& reader, const std::string& source) {
  if (!reader.read_header()) refuse(reader, source);
  if (reader.components() != 1 && reader.components() != 3) {
    throw Refusal(Reason::unsupported, source + " has " + std::to_string(reader.components()) +
                                           " colours a pixel, expected 1 or 3");
  }
  return reader.header();
}

}  // namespace

PlainHeader read_jpeg_header(formats::ByteReader& bytes, const std::string& source) {
  Reader reader(bytes);
  return header_of(reader, source);
}

formats::NpyArray decode_jpeg(formats::ByteReader& bytes, const std::string& source) {
  Reader reader(bytes);
  const PlainHeader header = header_of(reader, source);
  formats::NpyArray array{header.type, header.shape, {}};
  const std::uint64_t size = formats::bytes_of_shape(array.shape, 1, source);
  // A block of 64 has at least a bit of its own, or a share of some in progressive files.
  constexpr std::uint64_t best_compression = 2000;
  if (size / best_compression > bytes.size()) {
    throw Refusal(Reason::truncated, source + " is cut off: its header tells of " +
                                         formats::size_text(size) + " of pixels, but it has " +
                                         formats::size_text(bytes.size()));
  }
  formats::require_memory(size + header.decoding, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  if (!reader.read_rows(array.data.data(),
                        static_cast<std::size_t>(array.shape[1] * array.shape[2]))) {
    refuse(reader, source);
  }
  return array;
}

}  // namespace ptychopatch::mosaics
