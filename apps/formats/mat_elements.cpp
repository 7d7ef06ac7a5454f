// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_elements.hpp"

#include <matio.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <new>

#include "formats/child_limits.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t header_bytes = 128;
constexpr std::uint64_t tag_bytes = 8;

class Inflater {
 public:
  Inflater() {
    if (::inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Takes all of `in`; the checksum is behind the last byte. False where it is no deflated data.
  bool take(std::span<std::byte> in) {
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    int status = Z_OK;
    do {
      stream_.next_out = unused_.data();
      stream_.avail_out = static_cast<uInt>(unused_.size());
      status = ::inflate(&stream_, Z_NO_FLUSH);
    } while (status == Z_OK);
    ended_ = status == Z_STREAM_END;
    return ended_ || (status == Z_BUF_ERROR && stream_.avail_in == 0);
  }
  bool ended() const { return ended_; }
  std::uint64_t size() const { return stream_.total_out; }

 private:
  z_stream stream_{};
  std::array<Bytef, std::size_t{1} << 16> unused_;
  bool ended_ = false;
};

class Checker {
 public:
  explicit Checker(const std::string& path) : name_(quoted(path)), file_(path) {}

  std::vector<std::uint64_t> check() {
    std::array<std::byte, header_bytes> header{};
    file_.read(header);
    const bool little = header[header_bytes - 2] == std::byte{'I'};
    const bool swapped = little != (std::endian::native == std::endian::little);
    std::vector<std::uint64_t> sizes;
    for (std::uint64_t at = header_bytes; at < file_.size();) {
      std::array<std::uint32_t, 2> tag{};
      file_.read(std::as_writable_bytes(std::span(tag)));
      if (swapped) tag = {__builtin_bswap32(tag[0]), __builtin_bswap32(tag[1])};
      const std::uint64_t left = file_.size() - std::min(file_.size(), at + tag_bytes);
      if (tag[0] != MAT_T_MATRIX && tag[0] != MAT_T_COMPRESSED) {
        damaged("at byte " + std::to_string(at) + " no variable begins");
      }
      if (tag[1] > left) {
        damaged("at byte " + std::to_string(at) + " begins a variable of " +
                std::to_string(tag[1]) + " bytes where " + std::to_string(left) + " are left");
      }
      sizes.push_back(tag[0] == MAT_T_COMPRESSED ? inflated_size(tag[1]) : tag[1]);
      at += tag_bytes + tag[1];
      file_.seek(at);
    }
    return sizes;
  }

 private:
  [[noreturn]] void damaged(const std::string& how) const {
    throw FormatError(name_ + " is damaged or truncated: " + how);
  }

  std::uint64_t inflated_size(std::uint64_t bytes) {
    const auto inflater = std::make_unique<Inflater>();
    std::array<std::byte, std::size_t{1} << 14> piece;
    while (bytes != 0 && !inflater->ended()) {
      allow_child(0);
      const auto part = std::span(piece).first(std::min<std::uint64_t>(bytes, piece.size()));
      if (file_.read(part) != part.size() || !inflater->take(part)) break;
      bytes -= part.size();
    }
    if (!inflater->ended()) damaged("its compressed data cannot be inflated to their end");
    return inflater->size();
  }

  std::string name_;
  InputFile file_;
};

}  // namespace

std::vector<std::uint64_t> check_mat_elements(const std::string& path) {
  return Checker(path).check();
}

}  // namespace ptychopatch::formats
