// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ptychopatch::app {

// The benchmark suite's program: beside the command, as installed; or where the build tree has it.
// Throws NOT_BUILT where it is not there.
std::string find_suite();

// "cpu" and every CUDA device there is; `missing` is why there is none.
std::vector<std::string> device_names(std::string* missing);

// Does not return: the suite takes this process's place.
[[noreturn]] void become_suite(const std::string& program, std::vector<std::string> arguments);

// Runs it beside this process, without a word on standard output. Its exit status, or -1 for none.
int run_suite(std::vector<std::string> arguments);

}  // namespace ptychopatch::app
