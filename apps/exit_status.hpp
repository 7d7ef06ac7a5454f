// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

enum ExitStatus {
  done = 0,
  done_in_part = 1,  // some items rejected, each with its reason
  bad_input = 2,     // usage, or a file that cannot be read or written
  run_failed = 3     // device, memory, interruption
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

// The library's sentence without the function's name, which says nothing to who typed a command,
// and with the command's own names of options.
inline std::string sentence(const Error& error) {
  std::string text = error.what();
  const std::size_t colon = text.find(": ");
  if (text.starts_with("ppatch_") && colon != std::string::npos) text.erase(0, colon + 2);
  constexpr std::pair<const char*, const char*> names[] = {{"options.group_count", "--samples"},
                                                           {"options.neighbours", "-K"},
                                                           {"options.oversample", "--oversample"},
                                                           {"options.gridsize", "--gridsize"}};
  for (const auto& [theirs, ours] : names) {
    const std::string name = theirs;
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
      text.replace(at, name.size(), ours);
    }
  }
  return text;
}

// What is wrong with the data that body works on is told with the file they came from.
template <class Body>
auto with_source(const std::string& source, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.status() != PPATCH_ERROR_INVALID_ARGUMENT) throw;
    throw UsageError(source + ": " + sentence(error));
  }
}

inline int exit_status(ppatch_status status) {
  if (status == PPATCH_OK) return done;
  return status == PPATCH_ERROR_INVALID_ARGUMENT || status == PPATCH_ERROR_IO ? bad_input
                                                                              : run_failed;
}

}  // namespace ptychopatch::app
