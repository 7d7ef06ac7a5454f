// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace ptychopatch::formats {

class InputFile;

// The bytes of a file, in memory as they are looked at. For a child alone: where somebody cuts the
// file off meanwhile, who looks at it ends.
class MappedFile {
 public:
  explicit MappedFile(const InputFile& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }
  // No byte is held until it is looked at again.
  void let_go() const;

 private:
  std::span<const std::byte> bytes_;
};

// Gives whole pages of memory back to the system: what was in them is lost.
void give_back(void* data, std::size_t size);

}  // namespace ptychopatch::formats
