// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ptychopatch::bench {

struct Options {
  std::vector<std::string> devices;  // none: the CPU
  std::string filter;                // part of a case's name, as a regular expression
  bool quick = false;
  bool list = false;
  bool quiet = false;
  int threads = 0;      // 0: as many as the process may use
  int repetitions = 0;  // pairs of a case; 0: 15, or 3 where quick
  std::string json, html, pictures;
  std::vector<std::string> render;  // reports to show instead of running anything
  std::string memory_case;          // run this case once and print what it took
};

// Ends the process after --help and --version; throws CLI::ParseError.
Options parse_options(int argc, char** argv);

}  // namespace ptychopatch::bench
