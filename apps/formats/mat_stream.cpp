// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 14;
constexpr std::uint64_t kTagBytes = 8;

}  // namespace

bool MatBytes::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset) return false;
  if (!file_) {
    if (!out.empty()) std::memcpy(out.data(), memory_.data() + offset, out.size());
    return true;
  }
  while (!out.empty()) {
    const ssize_t count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read a MAT file");
    if (count == 0) return false;
    out = out.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

struct MatStream::Inflater {
  Inflater() {
    if (::inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  std::array<std::byte, kPiece> in;
  std::uint64_t taken = 0;  // of the element's bytes
  bool ended = false;
};

MatStream::MatStream(const MatBytes& bytes, const MatPlace& place, bool swapped, std::string source)
    : bytes_(bytes), place_(place), swapped_(swapped), source_(std::move(source)) {
  if (place.deflated) inflater_ = std::make_unique<Inflater>();
}

MatStream::~MatStream() = default;

void MatStream::damaged(const std::string& how) const {
  throw FormatError(source_ + " is damaged or truncated: " + how);
}

// Fewer bytes than asked for only at the end of the deflated data.
std::size_t MatStream::inflate(std::span<std::byte> out) {
  Inflater& from = *inflater_;
  z_stream& stream = from.stream;
  std::size_t done = 0;
  while (!from.ended && done < out.size()) {
    if (stream.avail_in == 0) {
      const std::uint64_t count = std::min<std::uint64_t>(place_.bytes - from.taken, kPiece);
      if (count == 0 || !bytes_.read(place_.offset + from.taken, std::span(from.in).first(count))) {
        damaged("its compressed data have no end");
      }
      from.taken += count;
      stream.next_in = reinterpret_cast<Bytef*>(from.in.data());
      stream.avail_in = static_cast<uInt>(count);
    }
    const std::size_t room = std::min(out.size() - done, std::size_t{1} << 30);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    stream.avail_out = static_cast<uInt>(room);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    from.ended = status == Z_STREAM_END;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END) damaged("it cannot be inflated");
  }
  return done;
}

void MatStream::read(std::span<std::byte> out) {
  if (inflater_) {
    if (inflate(out) != out.size()) damaged("its compressed data end too early");
  } else if (position_ > place_.bytes || out.size() > place_.bytes - position_ ||
             !bytes_.read(place_.offset + position_, out)) {
    damaged("the file ends within it");
  }
  position_ += out.size();
}

void MatStream::skip_to(std::uint64_t position) {
  if (position < position_) damaged("its parts overlap");
  if (!inflater_) {
    position_ = position;
    return;
  }
  std::array<std::byte, kPiece> unused;
  while (position_ < position) {
    read(std::span(unused).first(std::min<std::uint64_t>(position - position_, kPiece)));
  }
}

void MatStream::finish() {
  std::array<std::byte, kPiece> unused;
  while (inflater_ && inflate(unused) == unused.size()) continue;
}

std::uint32_t MatStream::word(const std::byte* bytes) const {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return swapped_ ? __builtin_bswap32(value) : value;
}

MatTag MatStream::tag(std::uint64_t end) {
  if (end < position_ || end - position_ < kTagBytes) damaged("a part of it has no room");
  std::array<std::byte, kTagBytes> bytes;
  read(bytes);
  MatTag tag;
  tag.type = word(bytes.data());
  tag.begin = position_;
  if (tag.type >> 16 != 0) {
    const std::uint64_t count = tag.type >> 16;
    if (count > in_tag_.size())
      damaged("a small part of it claims " + std::to_string(count) + " bytes");
    tag.type &= 0xffff;
    tag.begin -= in_tag_.size();
    tag.end = tag.begin + count;
    tag.next = position_;
    std::copy_n(bytes.begin() + in_tag_.size(), in_tag_.size(), in_tag_.begin());
    return tag;
  }
  const std::uint64_t count = word(bytes.data() + 4);
  if (count > end - position_) {
    damaged("a part of it claims " + std::to_string(count) + " bytes where " +
            std::to_string(end - position_) + " are left");
  }
  tag.end = position_ + count;
  tag.next = std::min(end, tag.end + (kTagBytes - count % kTagBytes) % kTagBytes);
  return tag;
}

Bytes MatStream::data(const MatTag& tag, std::uint64_t most) {
  if (tag.bytes() > most) {
    damaged("a part of " + std::to_string(tag.bytes()) + " bytes, expected at most " +
            std::to_string(most));
  }
  Bytes bytes(static_cast<std::size_t>(tag.bytes()));
  if (tag.begin < position_) {
    if (bytes.size() != 0) std::memcpy(bytes.data(), in_tag_.data(), bytes.size());
  } else {
    read(bytes.span());
    skip_to(tag.next);
  }
  return bytes;
}

}  // namespace ptychopatch::formats
