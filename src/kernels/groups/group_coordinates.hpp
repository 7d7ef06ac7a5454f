// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/groups/point_source.hpp"

namespace ppatch {

// What follows of a group's members: their mean, their coordinates from there, their order.
struct GroupCoordinates {
  PointSource points;
  int y = 0;  // the column of y
  bool to_offset = false;

  // The order by position: from low x to high x; with rows, those from low y to high y first.
  PPATCH_HD bool before(std::int64_t a, std::int64_t b, bool rows) const {
    const Point p = points[a];
    const Point q = points[b];
    if (rows && p.y != q.y) return p.y < q.y;
    if (p.x != q.x) return p.x < q.x;
    return p.y != q.y ? p.y < q.y : a < b;
  }

  // Member j of the row is point member_of(j).
  template <class MemberOf>
  PPATCH_HD void write(std::int64_t row, std::int64_t count, const MemberOf& member_of,
                       const CoordinateResultView& offsets,
                       const CoordinateResultView& relative) const {
    if (!offsets.data && !relative.data) return;
    double mean[2] = {0.0, 0.0};
    for (std::int64_t j = 0; j < count; ++j) {
      const Point p = points[member_of(j)];
      mean[y] += p.y;
      mean[1 - y] += p.x;
    }
    for (double& component : mean) component /= static_cast<double>(count);
    for (int axis = 0; axis < 2 && offsets.data; ++axis) {
      write_coordinate(offsets, row, axis, 0, mean[axis]);
    }
    if (!relative.data) return;
    for (std::int64_t j = 0; j < count; ++j) {
      const Point p = points[member_of(j)];
      for (int axis = 0; axis < 2; ++axis) {
        const double from = (axis == y ? p.y : p.x) - mean[axis];
        write_coordinate(relative, row, j, axis, to_offset ? -from : from);
      }
    }
  }
};

// Coordinates of given groups.
struct CoordinatesRow {
  GroupCoordinates coordinates;
  IndexView indices;
  CoordinateResultView offsets, relative;

  PPATCH_HD void operator()(std::int64_t row) const {
    coordinates.write(
        row, indices.size, [&](std::int64_t j) { return read_index(indices, row, j); }, offsets,
        relative);
  }
};

}  // namespace ppatch
