// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libraw/libraw.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>

#include "formats/mapped_file.hpp"

namespace ptychopatch::mosaics {

// A file in memory as LibRaw reads it, with an end to its patience: a damaged file can have it read
// the same bytes for ever, or far beyond the last one. LibRaw then ends with an error.
class RawStream : public LibRaw_buffer_datastream {
 public:
  // file: whose bytes these are, if they are a file's; of it only what was read last is held.
  explicit RawStream(std::span<const std::byte> bytes, const formats::MappedFile* file = nullptr)
      : LibRaw_buffer_datastream(const_cast<std::byte*>(bytes.data()), bytes.size()),
        bytes_(bytes),
        file_(file),
        effort_left_(min_effort + effort_per_byte * bytes.size()) {}

  int read(void* to, std::size_t size, std::size_t count) override {
    spend(effort_of_call);
    std::size_t wanted = 0;
    if (__builtin_mul_overflow(size, count, &wanted)) spend(UINT64_MAX);
    const std::size_t left = bytes_.size() - static_cast<std::size_t>(tell());
    spend(std::min(wanted, left));
    const int taken = LibRaw_buffer_datastream::read(to, size, count);
    if (wanted > left) miss(wanted - left);
    return taken;
  }
  int seek(INT64 offset, int whence) override {
    spend(effort_of_call);
    return LibRaw_buffer_datastream::seek(offset, whence);
  }
  int get_char() override {
    spend(1);
    if (eof() != 0) miss(1);
    return LibRaw_buffer_datastream::get_char();
  }
  char* gets(char* to, int size) override {
    spend(effort_of_call);
    return LibRaw_buffer_datastream::gets(to, size);
  }
  // LibRaw's own takes the bytes for a text that ends with a zero.
  int scanf_one(const char* format, void* value) override {
    constexpr std::size_t longest_number = 24;
    spend(effort_of_call);
    std::array<char, longest_number + 1> text{};
    const auto at = static_cast<std::size_t>(tell());
    const std::size_t count = std::min(longest_number, bytes_.size() - at);
    if (count == 0) return -1;
    std::memcpy(text.data(), bytes_.data() + at, count);
    const int found = std::sscanf(text.data(), format, value);  // NOLINT: the format is LibRaw's
    if (found > 0) {
      // To the blank behind the number.
      const std::size_t begin = std::min(std::strspn(text.data(), " \t\r\n"), count);
      const std::size_t end = begin + std::strcspn(text.data() + begin, " \t\r\n");
      LibRaw_buffer_datastream::seek(static_cast<INT64>(std::min(end, count)), SEEK_CUR);
    }
    return found;
  }

  // How many bytes were asked for behind the end.
  std::uint64_t missing() const { return missing_; }

 private:
  // A good file is read about twice.
  static constexpr std::uint64_t effort_per_byte = 16;
  static constexpr std::uint64_t min_effort = 50'000'000;
  static constexpr std::uint64_t effort_of_call = 16;
  static constexpr std::uint64_t max_missing = 1 << 16;
  static constexpr std::uint64_t max_effort_held = 4 << 20;

  void spend(std::uint64_t effort) {
    if (effort > effort_left_) throw LibRaw_exceptions(LIBRAW_EXCEPTION_IO_CORRUPT);
    effort_left_ -= effort;
    if (file_ == nullptr || (effort_held_ += effort) < max_effort_held) return;
    effort_held_ = 0;
    file_->let_go();
  }
  void miss(std::uint64_t count) {
    missing_ += count;
    if (missing_ > max_missing) throw LibRaw_exceptions(LIBRAW_EXCEPTION_IO_EOF);
  }

  std::span<const std::byte> bytes_;
  const formats::MappedFile* file_;
  std::uint64_t effort_left_, effort_held_ = 0;
  std::uint64_t missing_ = 0;
};

}  // namespace ptychopatch::mosaics
