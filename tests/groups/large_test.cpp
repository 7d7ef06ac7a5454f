// SPDX-License-Identifier: Apache-2.0
//
// Ten million points: what the process holds above inputs and outputs, and that the answers are
// still right.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <fstream>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::group_options;
using ptychopatch::GroupPlan;

namespace {

constexpr std::int64_t point_count = 10000000;

// Most bytes that the process has held so far.
std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

class Large : public testing::TestWithParam<std::string> {};

TEST_P(Large, StaysWithinSixteenBytesAPoint) {
  Random random = test_random("Large" + GetParam());
  const std::vector<Point> points = draw_points(GetParam(), point_count, random);
  for (const std::int64_t groups : {std::int64_t{1000}, point_count / 4}) {
    ppatch_group_options o = group_options(2, 7);
    o.group_count = groups;
    o.seed = random();
    std::vector<std::int32_t> members(groups * 4, -7);
    std::vector<double> offsets(groups * 2, std::nan(""));
    std::vector<double> relative(groups * 8, std::nan(""));
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak starts over
    const std::uint64_t before = peak_bytes();
    GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), o);
    const Array means = array(offsets.data(), {groups, 2});
    const Array from_means = array(relative.data(), {groups, 4, 2});
    plan.draw(0, array(members.data(), {groups, 4}), nullptr, &means, &from_means);
    const std::uint64_t after = peak_bytes();
    const auto limit = static_cast<std::uint64_t>(16 * point_count + 8 * 4 * groups);
    EXPECT_LE(plan.info().bytes, limit);
    EXPECT_LE(after - before, limit) << GetParam() << ", " << groups << " groups";
    EXPECT_GT(after - before, static_cast<std::uint64_t>(8 * point_count))
        << "nothing was measured";
    for (std::int64_t i = 0; i < groups; i += groups / 4) {
      const std::vector<std::int64_t> group = {members.begin() + i * 4,
                                               members.begin() + i * 4 + 4};
      const auto want = oracle::group_coordinates(points, group);
      EXPECT_EQ(offsets[2 * i], want.offset[0]) << seed_note();
      EXPECT_EQ(relative[8 * i + 3], want.relative[1][1]) << seed_note();
    }
    const std::int64_t queries[3] = {0, 5000001, point_count - 1};
    std::int64_t found[21];
    plan.neighbours_of(array(queries, {3}), array(found, {3, 7}));
    for (int q = 0; q < 3; ++q) {
      const auto want = oracle::nearest(points, queries[q], 7);
      for (int j = 0; j < 7; ++j) EXPECT_EQ(found[7 * q + j], want[j].index) << seed_note();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Large, testing::Values("random", "blob"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
