// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace ptychopatch::formats {

// Bytes read from front to back: a file, a member of an archive, memory.
class ByteReader {
 public:
  virtual ~ByteReader() = default;

  // Fills out; fewer bytes only at the end.
  virtual std::size_t read(std::span<std::byte> out) = 0;

  // How many bytes there are in all, or are said to be.
  virtual std::uint64_t size() const = 0;

  // False where size() is a claim of the file's author: memory for it is then taken bit by bit, as
  // the bytes really come.
  virtual bool size_is_certain() const = 0;
};

// Bytes of which any can be the next.
class SeekableReader : public ByteReader {
 public:
  // Where the next byte is read.
  virtual void seek(std::uint64_t place) = 0;
};

class SpanReader : public SeekableReader {
 public:
  explicit SpanReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    if (count != 0) std::memcpy(out.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  void seek(std::uint64_t place) override {
    position_ = static_cast<std::size_t>(std::min<std::uint64_t>(place, bytes_.size()));
  }
  std::uint64_t size() const override { return bytes_.size(); }
  bool size_is_certain() const override { return true; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

// The whole number that bytes are.
inline std::uint64_t number_of(std::span<const std::byte> bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::byte next = bytes[big_endian ? i : bytes.size() - 1 - i];
    value = value << 8 | std::to_integer<std::uint64_t>(next);
  }
  return value;
}

// Owned memory, not initialised: what is read or computed into it is its first touch.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::size_t size)
      : data_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<std::byte> span() { return {data_.get(), size_}; }
  std::span<const std::byte> span() const { return {data_.get(), size_}; }

  // Keeps what is there.
  void resize(std::size_t size) {
    Bytes other(size);
    const std::size_t kept = std::min(size, size_);
    if (kept != 0) std::memcpy(other.data(), data(), kept);
    *this = std::move(other);
  }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
};

}  // namespace ptychopatch::formats
