// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace oracle {

using Point = std::array<double, 2>;

struct NeighbourOf {
  double squared_distance;
  std::int64_t index;
};

// All other points by (squared distance, index), the first k of them.
std::vector<NeighbourOf> nearest(const std::vector<Point>& points, std::int64_t query,
                                 std::int64_t k);

// Mean of the members, and each member less the mean.
struct GroupCoordinates {
  Point offset;
  std::vector<Point> relative;
};
GroupCoordinates group_coordinates(const std::vector<Point>& points,
                                   const std::vector<std::int64_t>& members);

// Members in rows of gridsize from low y to high y, each from low x to high x.
std::vector<std::int64_t> by_position(const std::vector<Point>& points,
                                      std::vector<std::int64_t> members, std::int64_t gridsize,
                                      int column_of_y);

}  // namespace oracle
