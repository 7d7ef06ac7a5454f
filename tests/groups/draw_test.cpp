// SPDX-License-Identifier: Apache-2.0
//
// Groups as the header defines them: legal members, order, coordinates; the same for any threads,
// budget, SIMD target and division among calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::group_options;
using ptychopatch::GroupPlan;

namespace {

struct Groups {
  std::int64_t count = 0, size = 0;
  std::vector<std::int64_t> members, centres;
  std::vector<double> offsets, relative;

  std::vector<std::int64_t> group(std::int64_t i) const {
    return {members.begin() + i * size, members.begin() + (i + 1) * size};
  }
  bool operator==(const Groups&) const = default;
};

// Draws all groups of the plan, `step` of them in a call.
Groups draw(GroupPlan& plan, std::int64_t step = INT64_MAX) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Groups out;
  out.count = plan.info().group_count;
  out.size = plan.info().group_size;
  out.members.assign(out.count * out.size, -7);
  out.centres.assign(out.count, -7);
  out.offsets.assign(out.count * 2, nan);
  out.relative.assign(out.count * out.size * 2, nan);
  for (std::int64_t first = 0; first < out.count; first += step) {
    const std::int64_t count = std::min(step, out.count - first);
    const Array centres = array(out.centres.data() + first, {count});
    const Array offsets = array(out.offsets.data() + 2 * first, {count, 2});
    const Array relative = array(out.relative.data() + first * out.size * 2, {count, out.size, 2});
    plan.draw(first, array(out.members.data() + first * out.size, {count, out.size}), &centres,
              &offsets, &relative);
    if (step > out.count) break;
  }
  return out;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// Every rule but those of chance.
void expect_legal(const std::vector<Point>& points, const ppatch_group_options& o,
                  const Groups& groups) {
  const auto n = static_cast<std::int64_t>(points.size());
  const std::int64_t c = groups.size;
  const std::int64_t k = std::min<std::int64_t>(o.neighbours, n - 1);
  const bool with_centre = c == 1 || o.members == PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  std::set<std::int64_t> centres;
  std::set<std::vector<std::int64_t>> choices;
  for (std::int64_t i = 0; i < groups.count; ++i) {
    const std::vector<std::int64_t> group = groups.group(i);
    const std::int64_t centre = groups.centres[i];
    ASSERT_TRUE(centre >= 0 && centre < n) << centre;
    centres.insert(centre);
    if (o.sampling == PPATCH_GROUP_SAMPLING_SEQUENTIAL || groups.count == n) {
      ASSERT_EQ(centre, i);
    }
    std::vector<std::int64_t> choice = sorted(group);
    ASSERT_EQ(std::adjacent_find(choice.begin(), choice.end()), choice.end()) << "a member twice";
    choice.insert(choice.begin(), centre);
    choices.insert(choice);

    std::vector<std::int64_t> by_distance;
    const auto near =
        c > 1 ? oracle::nearest(points, centre, k) : std::vector<oracle::NeighbourOf>();
    if (with_centre) by_distance.push_back(centre);
    for (const auto& neighbour : near) {
      if (std::count(group.begin(), group.end(), neighbour.index) > 0) {
        by_distance.push_back(neighbour.index);
      }
    }
    ASSERT_EQ(by_distance.size(), group.size()) << "a member that is no neighbour, group " << i;
    if (o.order == PPATCH_GROUP_ORDER_DISTANCE) {
      ASSERT_EQ(group, by_distance);
    }
    if (o.order == PPATCH_GROUP_ORDER_DRAWN && with_centre) {
      ASSERT_EQ(group[0], centre);
    }
    if (o.order == PPATCH_GROUP_ORDER_POSITION) {
      ASSERT_EQ(group,
                oracle::by_position(points, group, o.gridsize, o.axes == PPATCH_AXES_YX ? 0 : 1));
    }
    const oracle::GroupCoordinates want = oracle::group_coordinates(points, group);
    const double sign = o.relative_sign == PPATCH_RELATIVE_SIGN_TO_OFFSET ? -1 : 1;
    for (int axis = 0; axis < 2; ++axis) {
      ASSERT_EQ(groups.offsets[2 * i + axis], want.offset[axis]);
      for (std::int64_t j = 0; j < c; ++j) {
        ASSERT_EQ(groups.relative[(i * c + j) * 2 + axis], sign * want.relative[j][axis]);
      }
    }
  }
  if (groups.count <= n) {
    ASSERT_EQ(static_cast<std::int64_t>(centres.size()), groups.count) << "a centre twice";
  } else {
    ASSERT_EQ(static_cast<std::int64_t>(choices.size()), groups.count) << "a choice twice";
  }
}

class Draw : public testing::TestWithParam<std::string> {};

TEST_P(Draw, IsLegal) {
  Random random = test_random("IsLegal" + GetParam());
  for (int repeat = 0; repeat < case_count(60); ++repeat) {
    ppatch_group_options o = group_options(static_cast<std::int32_t>(1 + random() % 3), 0);
    const std::int64_t c = std::int64_t{o.gridsize} * o.gridsize;
    const auto n = static_cast<std::int64_t>(c + 1 + random() % 150);
    o.neighbours = static_cast<std::int64_t>(c + random() % 6);
    o.seed = random();
    o.members = static_cast<ppatch_group_members>(random() % 2);
    o.order = static_cast<ppatch_group_order>(random() % 3);
    o.axes = static_cast<ppatch_axes>(random() % 2);
    o.relative_sign = static_cast<ppatch_relative_sign>(random() % 2);
    o.group_count = static_cast<std::int64_t>(1 + random() % static_cast<std::uint64_t>(n));
    if (random() % 4 == 0) o.group_count = 0;
    if (random() % 3 == 0) o.sampling = PPATCH_GROUP_SAMPLING_SEQUENTIAL;
    // With the centre, C - 1 of C neighbours: at least C choices each.
    if (random() % 3 == 0 && c > 1 && n > c + 1 && o.neighbours > c) {
      o.sampling = PPATCH_GROUP_SAMPLING_RANDOM;
      o.oversample = 1;
      o.group_count = 2 * n + 1;
    }
    SCOPED_TRACE(GetParam() + ", repeat " + std::to_string(repeat) + ", gridsize " +
                 std::to_string(o.gridsize) + ", K " + std::to_string(o.neighbours) + ", n " +
                 std::to_string(n) + ", S " + std::to_string(o.group_count) + ", " + seed_note());
    const std::vector<Point> points = draw_points(GetParam(), n, random);
    GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), o);
    expect_legal(points, o, draw(plan));
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Draw,
                         testing::Values("random", "raster", "blob", "coincident", "line"),
                         [](const auto& tested) { return tested.param; });

// Every one of the choices is drawn where all are asked for.
TEST(Draw, AllChoicesThereAre) {
  Random random = test_random("AllChoicesThereAre");
  const std::vector<Point> points = draw_points("random", 9, random);
  ppatch_group_options o = group_options(2, 6);
  o.oversample = 1;
  o.seed = random();
  for (const ppatch_group_members members :
       {PPATCH_GROUP_MEMBERS_NEIGHBOURS, PPATCH_GROUP_MEMBERS_WITH_CENTRE}) {
    o.members = members;
    o.group_count = 9 * (members == PPATCH_GROUP_MEMBERS_WITH_CENTRE ? 20 : 15);
    GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), o);
    expect_legal(points, o, draw(plan));
  }
}

TEST(Draw, OfOnePointIsThePoint) {
  const std::vector<Point> points = {{3.5, -2.25}};
  GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), group_options(1, 0));
  const Groups groups = draw(plan);
  EXPECT_EQ(groups.members, std::vector<std::int64_t>{0});
  EXPECT_EQ(groups.offsets, (std::vector<double>{3.5, -2.25}));
  EXPECT_EQ(groups.relative, (std::vector<double>{0, 0}));
}

// Channel j is the same corner of the square in every group, for all that the raster is shaken.
TEST(Draw, ByPositionKeepsCorners) {
  Random random = test_random("ByPositionKeepsCorners");
  std::uniform_real_distribution<double> shake(-0.2, 0.2);
  // Squares of four points far from each other: a centre's three neighbours are the rest of its
  // own.
  std::vector<Point> points;
  std::vector<int> corner;
  for (int square = 0; square < 25; ++square) {
    for (const int at : {3, 0, 2, 1}) {
      const int row = 100 * (square / 5) + at / 2;
      const int column = 100 * (square % 5) + at % 2;
      points.push_back({row + shake(random), column + shake(random)});
      corner.push_back(at);
    }
  }
  ppatch_group_options o = group_options(2, 3);
  o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  o.order = PPATCH_GROUP_ORDER_POSITION;
  GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points), o);
  const Groups groups = draw(plan);
  for (std::int64_t i = 0; i < groups.count; ++i) {
    for (int j = 0; j < 4; ++j) EXPECT_EQ(corner[groups.group(i)[j]], j) << seed_note();
  }
}

class SameGroups : public testing::Test {
 protected:
  SameGroups() : random_(test_random("SameGroups")), points_(draw_points("blob", 3000, random_)) {
    seed_ = random_();
  }

  std::vector<ppatch_group_options> kinds() const {
    std::vector<ppatch_group_options> kinds;
    for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{1100}, std::int64_t{8000}}) {
      ppatch_group_options o = group_options(2, 7);
      o.seed = seed_;
      o.oversample = 1;
      o.group_count = groups;
      kinds.push_back(o);
    }
    return kinds;
  }
  Groups reference(const ppatch_group_options& o) const {
    GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points_), o);
    return draw(plan);
  }

  Random random_;
  std::vector<Point> points_;
  std::uint64_t seed_;
};

TEST_F(SameGroups, ForAnyThreads) {
  for (const ppatch_group_options& o : kinds()) {
    const Groups want = reference(o);
    for (const int threads : {2, 3, 7}) {
      GroupPlan plan = GroupPlan::borrow(group_context(threads), array_of(points_), o);
      EXPECT_EQ(draw(plan), want) << threads << " threads, " << seed_note();
    }
  }
}

TEST_F(SameGroups, ForAnyShards) {
  for (const ppatch_group_options& o : kinds()) {
    const Groups want = reference(o);
    GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points_), o);
    for (const std::int64_t step : {97, 256, 1000, 5001}) {
      EXPECT_EQ(draw(plan, step), want) << step << " groups a call, " << seed_note();
    }
  }
}

TEST_F(SameGroups, ForAnyBudget) {
  for (const ppatch_group_options& o : kinds()) {
    const Groups want = reference(o);
    ppatch_context_options options = ptychopatch::context_options();
    options.num_threads = 2;
    const std::uint64_t full = GroupPlan::bytes(group_context(2), 3000, o);
    options.memory_budget = full / 4 * 3;
    const ptychopatch::Context small(options);
    GroupPlan plan = GroupPlan::borrow(small, array_of(points_), o);
    EXPECT_LE(plan.info().bytes, full / 4 * 3);
    EXPECT_EQ(draw(plan), want) << seed_note();
  }
}

TEST_F(SameGroups, ForAnySimdLevel) {
  for (const ppatch_group_options& o : kinds()) {
    const Groups want = reference(o);
    for (const char* level : {"avx2", "avx3", "emu128", "scalar"}) {
      ::setenv("PPATCH_SIMD", level, 1);
      ppatch_context* probe = nullptr;
      const bool there = ppatch_context_create(&probe, nullptr) == PPATCH_OK;
      ppatch_context_destroy(probe);
      if (there) {
        const ptychopatch::Context context;
        GroupPlan plan = GroupPlan::borrow(context, array_of(points_), o);
        EXPECT_EQ(draw(plan), want) << level << ", " << seed_note();
      }
      ::unsetenv("PPATCH_SIMD");
    }
  }
}

TEST_F(SameGroups, NotForAnotherSeed) {
  ppatch_group_options o = kinds()[1];
  const Groups first = reference(o);
  o.seed += 1;
  EXPECT_NE(reference(o).members, first.members);
}

TEST(Coordinates, OfGivenGroups) {
  Random random = test_random("OfGivenGroups");
  const std::vector<Point> points = draw_points("random", 60, random);
  for (const bool to_offset : {false, true}) {
    for (const std::int64_t c : {1, 4, 5}) {
      std::vector<std::int32_t> groups(11 * c);
      for (auto& i : groups) i = static_cast<std::int32_t>(random() % 60);
      ppatch_group_options o = group_options(2, 6);
      if (to_offset) o.relative_sign = PPATCH_RELATIVE_SIGN_TO_OFFSET;
      GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), o);
      std::vector<double> offsets(22, std::nan(""));
      std::vector<float> relative(22 * c, std::nanf(""));
      const Array out = array(offsets.data(), {11, 2});
      const Array from = array(relative.data(), {11, c, 2});
      plan.coordinates(array(groups.data(), {11, c}), &out, &from);
      for (std::int64_t i = 0; i < 11; ++i) {
        const auto want = oracle::group_coordinates(
            points, {groups.begin() + i * c, groups.begin() + (i + 1) * c});
        for (int axis = 0; axis < 2; ++axis) {
          EXPECT_EQ(offsets[2 * i + axis], want.offset[axis]) << seed_note();
          for (std::int64_t j = 0; j < c; ++j) {
            const double value = (to_offset ? -1 : 1) * want.relative[j][axis];
            EXPECT_EQ(relative[(i * c + j) * 2 + axis], static_cast<float>(value));
          }
        }
      }
    }
  }
}

}  // namespace
