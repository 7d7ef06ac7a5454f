// SPDX-License-Identifier: Apache-2.0
#include "formats/file_descriptor.hpp"

#include <cerrno>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {

void write_all(int fd, std::span<const std::byte> bytes, const std::string& action) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(action);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace ptychopatch::formats
