// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

namespace ptychopatch::app {

// What a command reads and writes, compared before any work by the files that paths lead to, links
// followed. Devices are compared with nothing.
class OutputPaths {
 public:
  // "" is none.
  void add_input(const std::string& path);

  // UsageError, which names the option, where it is a file of another option or lies in one, or is
  // an input that was added before. "-" is standard output.
  void add_output(const std::string& option, const std::string& path);

 private:
  struct Output {
    std::string option, path;
  };

  // "" where it is a device.
  std::string key_of(const std::string& path);
  const Output* found_beside(const std::string& key) const;

  std::set<std::string> inputs_;
  std::map<std::string, Output> outputs_;
  std::map<std::string, std::string> folders_;  // as they are named, and where they lie
};

}  // namespace ptychopatch::app
