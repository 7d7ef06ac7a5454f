// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "formats/file_descriptor.hpp"

namespace ptychopatch::formats {

// A file without a name, in a folder: what does not fit into memory. Nothing of it is left when
// its process ends, however that ends. FormatError where the folder takes no more.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& folder);

  void append(std::span<const std::byte> bytes);
  // All of out, from there on.
  void read(std::uint64_t begin, std::span<std::byte> out) const;

 private:
  std::string folder_;
  FileDescriptor file_;
};

}  // namespace ptychopatch::formats
