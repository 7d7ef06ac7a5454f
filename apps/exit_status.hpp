// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

enum ExitStatus {
  kDone = 0,
  kDoneInPart = 1,  // some items rejected, each with its reason
  kBadInput = 2,    // usage, or a file that cannot be read or written
  kRunFailed = 3    // device, memory, interruption
};

// An argument that is wrong. what() is one sentence.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user or the system asked to stop.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted, nothing was written") {}
};

// The library's sentence without the function's name, which says nothing to who typed a command.
inline std::string sentence(const Error& error) {
  const std::string text = error.what();
  const std::size_t colon = text.find(": ");
  return text.starts_with("ppatch_") && colon != std::string::npos ? text.substr(colon + 2) : text;
}

inline int exit_status(ppatch_status status) {
  if (status == PPATCH_OK) return kDone;
  return status == PPATCH_ERROR_INVALID_ARGUMENT || status == PPATCH_ERROR_IO ? kBadInput
                                                                              : kRunFailed;
}

}  // namespace ptychopatch::app
