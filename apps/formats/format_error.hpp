// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace ptychopatch::formats {

// A file that cannot be read, understood or written. what() is one sentence that names the file,
// what was expected and what came.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// In quotes, for a message of one readable line, whatever a file's name or contents hold.
std::string quoted(const std::string& text);

// "cannot open 'x': No such file or directory"
inline FormatError system_error(const std::string& action, int code = errno) {
  return FormatError(action + ": " + std::generic_category().message(code));
}

}  // namespace ptychopatch::formats
