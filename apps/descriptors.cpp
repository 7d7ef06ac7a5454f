// SPDX-License-Identifier: Apache-2.0
#include "descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/file_descriptor.hpp"

namespace ptychopatch::app {
namespace {

// A pipe to a process, what that opens, an input, an output, its folder and its lock.
constexpr std::size_t needed = 8;

}  // namespace

void prepare_descriptors() {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(standard, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free, so this one.
    if (::open("/dev/null", standard == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) break;
  }
  std::vector<formats::FileDescriptor> opened;
  while (opened.size() < needed) {
    opened.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (opened.back()) continue;
    if (errno != EMFILE && errno != ENFILE) return;
    throw std::runtime_error("expected room for " + std::to_string(needed) +
                             " more open files, got " + std::to_string(opened.size() - 1) +
                             ": raise the limit (ulimit -n)");
  }
}

}  // namespace ptychopatch::app
