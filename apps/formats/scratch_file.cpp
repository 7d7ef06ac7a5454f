// SPDX-License-Identifier: Apache-2.0
#include "formats/scratch_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {

ScratchFile::ScratchFile(const std::string& folder) : folder_(folder) {
  file_ = FileDescriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file_) {  // a file system that knows no files without a name
    std::string path = folder + "/.ptychopatch-XXXXXX";
    file_ = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
    if (file_) ::unlink(path.c_str());
  }
  if (!file_) throw system_error("cannot keep what does not fit into memory in " + quoted(folder));
}

void ScratchFile::append(std::span<const std::byte> bytes) {
  write_all(file_.get(), bytes, "cannot keep what does not fit into memory in " + quoted(folder_));
}

void ScratchFile::read(std::uint64_t begin, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(begin));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw system_error("cannot read what was kept in " + quoted(folder_),
                         count < 0 ? errno : EIO);
    }
    begin += static_cast<std::uint64_t>(count);
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace ptychopatch::formats
