// SPDX-License-Identifier: Apache-2.0
#include "oracle/groups/groups.hpp"

#include <algorithm>
#include <tuple>

namespace oracle {

std::vector<NeighbourOf> nearest(const std::vector<Point>& points, std::int64_t query,
                                 std::int64_t k) {
  std::vector<NeighbourOf> all;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(points.size()); ++i) {
    if (i == query) continue;
    const double a = points[i][0] - points[query][0];
    const double b = points[i][1] - points[query][1];
    all.push_back({a * a + b * b, i});
  }
  std::partial_sort(
      all.begin(), all.begin() + k, all.end(), [](const NeighbourOf& p, const NeighbourOf& q) {
        return std::tie(p.squared_distance, p.index) < std::tie(q.squared_distance, q.index);
      });
  all.resize(k);
  return all;
}

GroupCoordinates group_coordinates(const std::vector<Point>& points,
                                   const std::vector<std::int64_t>& members) {
  GroupCoordinates out{};
  for (int axis = 0; axis < 2; ++axis) {
    double sum = 0;
    for (const std::int64_t i : members) sum += points[i][axis];
    out.offset[axis] = sum / static_cast<double>(members.size());
  }
  for (const std::int64_t i : members) {
    out.relative.push_back({points[i][0] - out.offset[0], points[i][1] - out.offset[1]});
  }
  return out;
}

std::vector<std::int64_t> by_position(const std::vector<Point>& points,
                                      std::vector<std::int64_t> members, std::int64_t gridsize,
                                      int column_of_y) {
  const auto y = [&](std::int64_t i) { return points[i][column_of_y]; };
  const auto x = [&](std::int64_t i) { return points[i][1 - column_of_y]; };
  std::sort(members.begin(), members.end(), [&](std::int64_t a, std::int64_t b) {
    return std::make_tuple(y(a), x(a), a) < std::make_tuple(y(b), x(b), b);
  });
  for (std::int64_t row = 0; row < gridsize; ++row) {
    std::sort(members.begin() + row * gridsize, members.begin() + (row + 1) * gridsize,
              [&](std::int64_t a, std::int64_t b) {
                return std::make_tuple(x(a), y(a), a) < std::make_tuple(x(b), y(b), b);
              });
  }
  return members;
}

}  // namespace oracle
