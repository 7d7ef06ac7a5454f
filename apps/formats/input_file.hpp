// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/bytes.hpp"
#include "formats/file_descriptor.hpp"

namespace ptychopatch::formats {

// A regular file opened for reading; anything else (a directory, a pipe) is refused by name.
class InputFile : public SeekableReader {
 public:
  explicit InputFile(const std::string& path);

  std::size_t read(std::span<std::byte> out) override;
  std::uint64_t size() const override { return size_; }
  bool size_is_certain() const override { return true; }
  void seek(std::uint64_t place) override;

  // The open file, at its beginning, for a library that reads by itself.
  FileDescriptor take() { return std::move(file_); }
  int descriptor() const { return file_.get(); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

// The largest files of text that are read: a data set's index and reports; records of images, of
// which that is a million, or with fields of motion some 30,000.
inline constexpr std::uint64_t max_index_bytes = 64'000'000;
inline constexpr std::uint64_t max_record_bytes = 4'000'000'000;

// All of a file, FormatError where it is larger than that.
std::string read_text_file(const std::string& path, std::uint64_t most_bytes);

enum class Container { npy, zip, hdf5, mat, bzip2, unknown };

// So many first bytes tell a container.
inline constexpr std::size_t magic_bytes = 128;

// By the first bytes, never by the name.
Container container_of(const std::string& path);
Container container_of(std::span<const std::byte> first_bytes);

}  // namespace ptychopatch::formats
