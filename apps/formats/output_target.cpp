// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <memory>

#include "formats/format_error.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::formats {
namespace {

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> text(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return text ? std::string(text.get()) : path;
}

OutputTarget standard_output() {
  if (::isatty(STDOUT_FILENO) != 0) {
    throw FormatError("standard output is a terminal, expected -o FILE or a pipe");
  }
  return {.path = "-", .name = "standard output", .special = true};
}

}  // namespace

std::string OutputTarget::folder() const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

OutputTarget OutputTarget::check(const std::string& path, bool overwrite) {
  if (path == "-") return standard_output();
  OutputTarget target;
  target.path = path;
  target.name = quoted(path);
  if (path.empty() || path.back() == '/') {
    throw FormatError("output " + target.name + " names no file");
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      throw FormatError("output " + target.name + " is a directory, expected a file");
    }
    if (S_ISBLK(status.st_mode) || S_ISSOCK(status.st_mode)) {
      throw FormatError("output " + target.name +
                        " is a block device or a socket, expected a file");
    }
    if (!S_ISREG(status.st_mode)) {
      target.special = true;
      return target;
    }
    if (!overwrite) {
      throw FormatError("output " + target.name + " exists; give --overwrite to replace it");
    }
    target.exists = true;
    target.mode = status.st_mode & 07777;
    target.path = resolved(path);
  } else if (errno != ENOENT) {
    throw system_error("cannot write output " + target.name);
  } else if (::lstat(path.c_str(), &status) == 0) {
    throw FormatError("output " + target.name + " is a symbolic link to nothing");
  }
  const std::string folder = target.folder();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw system_error("cannot write output " + target.name + " in folder " + quoted(folder));
  }
  return target;
}

}  // namespace ptychopatch::formats
