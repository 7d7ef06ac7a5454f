// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "suite/patches/case.hpp"

namespace ptychopatch::bench {

// What is timed, on `threads` threads where a case does not ask for fewer. Small: every operation
// and every chart on little data, for tests.
std::vector<Case> timed_cases(int threads, ppatch_backend backend, bool small);

// What is run once, in a process of its own, to see how much memory it takes: the host's.
std::vector<Case> memory_cases(int threads, bool small);

// Bytes over which the limits are measured by themselves.
std::vector<std::int64_t> limit_sizes(ppatch_backend backend, bool small);

}  // namespace ptychopatch::bench
