// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oracle/groups/groups.hpp"
#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"

// Every kind of set that a scan, or an adversary, may hold.
const std::vector<std::string>& point_set_kinds();

// The name of a test of one of them.
std::string name_of_kind(const testing::TestParamInfo<std::string>& tested);

// About n points of the kind.
std::vector<oracle::Point> draw_points(const std::string& kind, std::int64_t n, Random& random);

// A context on the CPU with so many threads, kept for the whole run.
const ptychopatch::Context& group_context(int threads);

inline ptychopatch::Array array_of(const std::vector<oracle::Point>& points) {
  return ptychopatch::array(points.empty() ? nullptr : points[0].data(),
                            {static_cast<std::int64_t>(points.size()), 2});
}
