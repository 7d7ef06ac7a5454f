// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "suite/device.hpp"
#include "suite/report.hpp"

namespace ptychopatch::bench {

// Random points set anew, and the nearest neighbours of them all.
struct GroupCase {
  std::int64_t points = 0;
  std::int64_t neighbours = 7;
  int threads = 1;

  // Of the indices that are written.
  std::int64_t bytes() const { return points * neighbours * 4; }
  std::string name() const;
};

std::vector<GroupCase> group_cases(int threads, ppatch_backend backend, bool small);

// As measure_case.
Record measure_groups(const GroupCase& one, const Device& device, double min_seconds,
                      benchmark::State& state);

}  // namespace ptychopatch::bench
