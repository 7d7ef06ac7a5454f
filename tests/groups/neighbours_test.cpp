// SPDX-License-Identifier: Apache-2.0
//
// The K nearest neighbours against all pairs, on every kind of point set, ties included.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::group_options;
using ptychopatch::GroupPlan;

namespace {

class Neighbours : public testing::TestWithParam<std::string> {
 protected:
  Neighbours() : random_(test_random("Neighbours" + GetParam())) {}

  // Looks at some of the queries where there are many points.
  void check(const std::vector<Point>& points, std::int64_t k, int threads) {
    const auto n = static_cast<std::int64_t>(points.size());
    SCOPED_TRACE(GetParam() + ", n " + std::to_string(n) + ", K " + std::to_string(k) + ", " +
                 std::to_string(threads) + " threads, " + seed_note());
    GroupPlan plan =
        GroupPlan::borrow(group_context(threads), array_of(points), group_options(1, k));
    std::vector<std::int32_t> all(n * k, -7);
    plan.neighbours(array(all.data(), {n, k}));
    const std::int64_t queried = 15;
    std::vector<std::int64_t> queries;
    for (std::int64_t q = 0; q < queried; ++q) {
      queries.push_back(static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)));
    }
    std::vector<std::int64_t> some(queried * k, -7);
    std::vector<double> distances(queried * k, std::nan(""));
    const Array of_distances = array(distances.data(), {queried, k});
    plan.neighbours_of(array(queries.data(), {queried}), array(some.data(), {queried, k}),
                       &of_distances);
    for (std::int64_t q = 0; q < queried; ++q) {
      const auto want = oracle::nearest(points, queries[q], k);
      for (std::int64_t j = 0; j < k; ++j) {
        ASSERT_EQ(some[q * k + j], want[j].index) << "query " << queries[q] << ", neighbour " << j;
        ASSERT_EQ(distances[q * k + j], want[j].squared_distance) << "neighbour " << j;
        ASSERT_EQ(all[queries[q] * k + j], want[j].index) << "of all, query " << queries[q];
      }
    }
  }

  Random random_;
};

TEST_P(Neighbours, AreThoseOfAllPairs) {
  for (int repeat = 0; repeat < case_count(1); ++repeat) {
    for (const std::int64_t n : {2, 3, 9, 50, 333, 2000, 12000}) {
      const std::vector<Point> points = draw_points(GetParam(), n, random_);
      for (const std::int64_t k : {1, 7, 23, 64, 65}) {
        if (k < n && k * n <= 300000) check(points, k, 1 + static_cast<int>(random_() % 3));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Neighbours, OfAllOtherPoints) {
  for (const std::int64_t n : {2, 30, 150}) {
    check(draw_points(GetParam(), n, random_), n - 1, 2);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Neighbours, testing::ValuesIn(point_set_kinds()), &name_of_kind);

TEST(NeighboursOf, PointsInAnyTypeAndOrder) {
  Random random = test_random("PointsInAnyTypeAndOrder");
  const std::int64_t n = 700;
  const std::int64_t k = 5;
  std::vector<float> floats(3 * n);
  std::uniform_real_distribution<float> unit(-5, 5);
  for (float& v : floats) v = unit(random);
  std::vector<Point> points(n);
  // Row i of the array is its i-th from the end, its columns are two apart and swapped.
  for (std::int64_t i = 0; i < n; ++i) {
    points[i] = {floats[3 * (n - 1 - i) + 2], floats[3 * (n - 1 - i)]};
  }
  const std::int64_t shape[2] = {n, 2};
  const std::int64_t strides[2] = {-3, -2};
  const Array given =
      ppatch_array_strided(floats.data() + 3 * (n - 1) + 2, PPATCH_F32, 2, shape, strides);
  std::vector<std::int64_t> got(2 * n * k, -7);
  const std::int64_t out_shape[2] = {n, k};
  const std::int64_t out_strides[2] = {2, 2 * n};
  for (const ppatch_axes axes : {PPATCH_AXES_YX, PPATCH_AXES_XY}) {
    ppatch_group_options options = group_options(1, k);
    options.axes = axes;
    GroupPlan plan = GroupPlan::borrow(group_context(2), given, options);
    plan.neighbours(ppatch_array_strided(got.data(), PPATCH_I64, 2, out_shape, out_strides));
    for (std::int64_t i = 0; i < n; ++i) {
      const auto want = oracle::nearest(points, i, k);
      for (std::int64_t j = 0; j < k; ++j) {
        ASSERT_EQ(got[2 * i + 2 * n * j], want[j].index) << seed_note();
        ASSERT_EQ(got[2 * i + 2 * n * j + 1], -7) << "written between the elements";
      }
    }
  }
}

// A plan's points may change, and grow up to its capacity.
TEST(NeighboursOf, OtherPoints) {
  Random random = test_random("OtherPoints");
  ppatch_group_options options = group_options(1, 3);
  options.point_capacity = 3000;
  GroupPlan plan(group_context(2), options);
  EXPECT_EQ(plan.info().point_count, 0);
  for (const std::string& kind : point_set_kinds()) {
    const auto n = static_cast<std::int64_t>(4 + random() % 2997);
    const std::vector<Point> points = draw_points(kind, n, random);
    plan.borrow_points(array_of(points));
    EXPECT_EQ(plan.info().point_count, n);
    std::vector<std::int32_t> got(n * 3, -7);
    plan.neighbours(array(got.data(), {n, 3}));
    for (std::int64_t i = 0; i < n; i += 97) {
      const auto want = oracle::nearest(points, i, 3);
      for (std::int64_t j = 0; j < 3; ++j) {
        ASSERT_EQ(got[i * 3 + j], want[j].index) << kind << ", " << seed_note();
      }
    }
  }
}

}  // namespace
