// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libraw/libraw.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ptychopatch::mosaics {

// A file in memory as LibRaw reads it, with an end to its patience: a damaged file can have it read
// the same bytes for ever, or far beyond the last one. LibRaw then ends with an error.
class RawStream : public LibRaw_abstract_datastream {
 public:
  explicit RawStream(std::span<const std::byte> bytes);

  int valid() override { return 1; }
  int read(void* to, std::size_t size, std::size_t count) override;
  int seek(INT64 offset, int whence) override;
  INT64 tell() override { return static_cast<INT64>(position_); }
  INT64 size() override { return static_cast<INT64>(bytes_.size()); }
  int get_char() override;
  char* gets(char* to, int size) override;
  int scanf_one(const char* format, void* value) override;
  int eof() override { return position_ >= bytes_.size() ? 1 : 0; }
  void* make_jas_stream() override { return nullptr; }

  // How many bytes were asked for behind the end.
  std::uint64_t missing() const { return missing_; }

 private:
  void spend(std::uint64_t effort);
  void miss(std::uint64_t count);

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::uint64_t effort_left_;
  std::uint64_t missing_ = 0;
};

}  // namespace ptychopatch::mosaics
