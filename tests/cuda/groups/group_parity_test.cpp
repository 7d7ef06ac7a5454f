// SPDX-License-Identifier: Apache-2.0
//
// Groups and neighbours on the device beside the CPU: the same ones, and the same bits of distances
// and coordinates, on every kind of point set, for any budget.
#include <gtest/gtest.h>

#include <cmath>

#include "groups/support/point_sets.hpp"
#include "oracle/test_backend.hpp"

using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::GroupPlan;

namespace {

using ptychopatch::Context;

Context context_of(ppatch_backend backend, std::uint64_t budget) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = backend;
  options.memory_budget = budget;
  return Context(options);
}

struct Answers {
  std::vector<std::int64_t> groups, centres, neighbours;
  std::vector<double> offsets, relative, distances;
};

Answers ask(const Context& context, const std::vector<oracle::Point>& points,
            const ppatch_group_options& options, std::int64_t groups, std::int64_t k) {
  const auto n = static_cast<std::int64_t>(points.size());
  const std::int64_t c = options.gridsize * options.gridsize;
  Answers out;
  out.groups.assign(groups * c, -7);
  out.centres.assign(groups, -7);
  out.offsets.assign(groups * 2, std::nan(""));
  out.relative.assign(groups * c * 2, std::nan(""));
  out.neighbours.assign(n * k, -7);
  out.distances.assign(n * k, std::nan(""));
  GroupPlan plan = GroupPlan::borrow(context, array_of(points), options);
  const Array centres = array(out.centres.data(), {groups});
  const Array offsets = array(out.offsets.data(), {groups, 2});
  const Array relative = array(out.relative.data(), {groups, c, 2});
  plan.draw(0, array(out.groups.data(), {groups, c}), &centres, &offsets, &relative);
  const Array distances = array(out.distances.data(), {n, k});
  plan.neighbours(array(out.neighbours.data(), {n, k}), &distances);
  return out;
}

class GroupParity : public testing::TestWithParam<std::string> {};

TEST_P(GroupParity, WithTheCpu) {
  static const Context cpu = context_of(PPATCH_BACKEND_CPU, 0);
  static const Context roomy = context_of(test_backend(), 0);
  static const Context tight = context_of(test_backend(), 900000);
  ASSERT_EQ(roomy.info().backend, PPATCH_BACKEND_CUDA);
  Random random = test_random("GroupParity" + GetParam());
  for (const std::int64_t about : {9, 50, 1200}) {
    const std::vector<oracle::Point> points = draw_points(GetParam(), about, random);
    const auto n = static_cast<std::int64_t>(points.size());
    ppatch_group_options options = ptychopatch::group_options(2, 7);
    options.order = static_cast<ppatch_group_order>(random() % 3);
    options.members = static_cast<ppatch_group_members>(random() % 2);
    options.axes = static_cast<ppatch_axes>(random() % 2);
    options.relative_sign = static_cast<ppatch_relative_sign>(random() % 2);
    options.seed = random();
    options.oversample = 1;
    options.group_count = std::vector<std::int64_t>{n, n / 2 + 1, 2 * n}[random() % 3];
    SCOPED_TRACE(GetParam() + ", n " + std::to_string(n) + ", " + seed_note());
    const std::int64_t groups = options.group_count;
    const Answers want = ask(cpu, points, options, groups, 7);
    for (const Context* context : {&roomy, &tight}) {
      const Answers got = ask(*context, points, options, groups, 7);
      EXPECT_EQ(got.groups, want.groups);
      EXPECT_EQ(got.centres, want.centres);
      EXPECT_EQ(got.offsets, want.offsets);
      EXPECT_EQ(got.relative, want.relative);
      EXPECT_EQ(got.neighbours, want.neighbours);
      EXPECT_EQ(got.distances, want.distances);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, GroupParity, testing::ValuesIn(point_set_kinds()), &name_of_kind);

}  // namespace
