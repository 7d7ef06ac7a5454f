// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "formats/file_descriptor.hpp"

namespace ptychopatch::formats {

// Tells other processes of this machine that an output is being written. Nothing lies on the disk
// for it, and it ends with its process, however that ends.
class OutputLock {
 public:
  OutputLock() = default;
  // FormatError where another process has it; this one may have it several times. name is the
  // output's in the sentence.
  OutputLock(const std::string& path, const std::string& name);

 private:
  std::shared_ptr<FileDescriptor> held_;
};

}  // namespace ptychopatch::formats
