// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_STREAM_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_STREAM_HPP_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/bytes.hpp"
#include "formats/file_descriptor.hpp"

namespace ptychopatch::formats {

// The bytes of a MAT file, in a file or in memory, which must then outlive this.
class MatBytes {
 public:
  MatBytes(FileDescriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  explicit MatBytes(std::span<const std::byte> bytes) : memory_(bytes), size_(bytes.size()) {}

  std::uint64_t size() const { return size_; }
  // False where the file ends before.
  bool read(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  FileDescriptor file_;
  std::span<const std::byte> memory_;
  std::uint64_t size_;
};

// Where the content of an element at the top of a MAT file lies, deflated or as it is.
struct MatPlace {
  std::uint64_t offset = 0, bytes = 0;
  bool deflated = false;
};

// What precedes every piece of data: its type and where it lies in its stream. At most four bytes
// of data stand in the tag itself.
struct MatTag {
  std::uint32_t type = 0;
  std::uint64_t begin = 0, end = 0;  // of the data
  std::uint64_t next = 0;            // where the following tag is due

  std::uint64_t bytes() const { return end - begin; }
};

// An element read from front to back, inflated on the way. Every claim is checked against what
// holds it before it is used; whatever does not fit is a FormatError.
class MatStream {
 public:
  MatStream(const MatBytes& bytes, const MatPlace& place, bool swapped, std::string source);
  MatStream(MatStream&&) = delete;
  ~MatStream();

  std::uint64_t position() const { return position_; }
  void read(std::span<std::byte> out);
  void skip_to(std::uint64_t position);
  // To the end of a deflated element, where its checksum is.
  void finish();

  // The tag at the current position, of data that end at `end` or before.
  MatTag tag(std::uint64_t end);
  // All of the data of a tag that has just been read; no more than `most` bytes.
  Bytes data(const MatTag& tag, std::uint64_t most);
  std::uint32_t word(const std::byte* bytes) const;
  bool swapped() const { return swapped_; }

  [[noreturn]] void damaged(const std::string& how) const;

 private:
  struct Inflater;

  std::size_t inflate(std::span<std::byte> out);

  const MatBytes& bytes_;
  MatPlace place_;
  bool swapped_;
  std::string source_;
  std::uint64_t position_ = 0;
  std::array<std::byte, 4> in_tag_{};
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_STREAM_HPP_
