// SPDX-License-Identifier: Apache-2.0
#include "commands/output_paths.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {

namespace fs = std::filesystem;

std::string OutputPaths::key_of(const std::string& path) {
  const std::string named = path == "-" ? "/dev/stdout" : path;
  struct stat status {};
  if (::stat(named.c_str(), &status) == 0) {
    if (S_ISCHR(status.st_mode)) return path == "-" ? path : "";
    std::error_code unresolved;
    const fs::path real = fs::canonical(named, unresolved);
    if (!unresolved) return real.string();
    // A pipe, or a file that has lost its name.
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  }
  const fs::path file = named;
  const auto [folder, is_new] = folders_.try_emplace(file.parent_path().string());
  if (is_new) {
    const fs::path parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
    std::error_code unresolved;
    fs::path real = fs::weakly_canonical(parent, unresolved);
    if (unresolved || !real.is_absolute()) {
      real = fs::absolute(parent, unresolved).lexically_normal();
    }
    folder->second = real.string();
  }
  return (fs::path(folder->second) / file.filename()).string();
}

void OutputPaths::add_input(const std::string& path) {
  if (path.empty() || path == "-") return;
  const std::string key = key_of(path);
  if (!key.empty()) inputs_.insert(key);
}

// The same file, one above it, or one below.
const OutputPaths::Output* OutputPaths::found_beside(const std::string& key) const {
  for (fs::path above = key; above.has_relative_path(); above = above.parent_path()) {
    const auto found = outputs_.find(above.string());
    if (found != outputs_.end()) return &found->second;
  }
  const auto below = outputs_.lower_bound(key + "/");
  return below != outputs_.end() && below->first.starts_with(key + "/") ? &below->second : nullptr;
}

void OutputPaths::add_output(const std::string& option, const std::string& path) {
  const std::string key = key_of(path);
  if (key.empty()) return;
  if (inputs_.contains(key)) {
    throw UsageError("argument " + option + ": " + formats::quoted(path) +
                     " is an input, which no output replaces");
  }
  if (const Output* other = found_beside(key)) {
    const std::string named = other->path == path ? "" : ", " + formats::quoted(other->path) + ",";
    throw UsageError("argument " + option + ": " + formats::quoted(path) +
                     " is where the file of " + other->option + named +
                     " would lie, expected two files");
  }
  outputs_.emplace(key, Output{option, path});
}

}  // namespace ptychopatch::app
