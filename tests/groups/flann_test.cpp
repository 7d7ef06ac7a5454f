// SPDX-License-Identifier: Apache-2.0
//
// Neighbours against FLANN's exact kd-tree, on sets too large for all pairs.
#include <gtest/gtest.h>

#include <flann/flann.hpp>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;

namespace {

class Flann : public testing::TestWithParam<std::string> {};

// FLANN does not order ties, so distances are compared, and indices where no tie is near.
TEST_P(Flann, FindsTheSameNeighbours) {
  Random random = test_random("Flann" + GetParam());
  const std::int64_t n = 60000;
  const std::int64_t k = 7;
  const std::vector<Point> points = draw_points(GetParam(), n, random);
  ptychopatch::GroupPlan plan = ptychopatch::GroupPlan::borrow(group_context(2), array_of(points),
                                                               ptychopatch::group_options(1, k));
  std::vector<std::int32_t> got(n * k, -7);
  std::vector<double> distances(n * k, -7);
  const Array of_distances = array(distances.data(), {n, k});
  plan.neighbours(array(got.data(), {n, k}), &of_distances);

  std::vector<double> flat;
  for (const Point& p : points) flat.insert(flat.end(), p.begin(), p.end());
  const flann::Matrix<double> data(flat.data(), points.size(), 2);
  flann::Index<flann::L2_Simple<double>> index(data, flann::KDTreeSingleIndexParams(10));
  index.buildIndex();
  std::vector<std::vector<std::size_t>> theirs;
  std::vector<std::vector<double>> their_distances;
  flann::SearchParams exact(flann::FLANN_CHECKS_UNLIMITED);
  exact.cores = 1;
  index.knnSearch(data, theirs, their_distances, static_cast<std::size_t>(k + 2), exact);

  std::int64_t compared = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto& indices = theirs[static_cast<std::size_t>(i)];
    const auto& squares = their_distances[static_cast<std::size_t>(i)];
    // The query itself is among theirs, at 0, unless k + 2 others coincide with it.
    for (std::int64_t j = 0; j < k; ++j) {
      const auto at = static_cast<std::size_t>(j + 1);
      ASSERT_DOUBLE_EQ(distances[i * k + j], squares[at])
          << "query " << i << ", neighbour " << j << ", " << seed_note();
      const bool alone =
          squares[at] > squares[at - 1] * (1 + 1e-9) && squares[at] * (1 + 1e-9) < squares[at + 1];
      if (!alone) continue;
      ASSERT_EQ(got[i * k + j], static_cast<std::int64_t>(indices[at])) << seed_note();
      ++compared;
    }
  }
  if (GetParam() == "random" || GetParam() == "blob") {
    EXPECT_GT(compared, n * k * 9 / 10);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Flann,
                         testing::Values("random", "raster", "jittered raster", "spiral", "blob",
                                         "nested blobs", "outliers", "line", "diagonal", "pairs",
                                         "floats"),
                         &name_of_kind);

}  // namespace
