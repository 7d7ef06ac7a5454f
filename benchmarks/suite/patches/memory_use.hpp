// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "suite/device.hpp"
#include "suite/patches/case.hpp"
#include "suite/report.hpp"

namespace ptychopatch::bench {

// In this process, which should have done nothing else.
MemoryRecord measure_memory(const Case& one, const Device& device);

// Runs this program again with the arguments; what it printed. Throws std::runtime_error where it
// fails.
std::string run_self(const std::vector<std::string>& arguments);

}  // namespace ptychopatch::bench
