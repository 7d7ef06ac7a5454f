// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/group_writer.hpp"

#include <algorithm>

namespace ptychopatch {
namespace {

void write(const CoordinateResultView& view, std::int64_t row, std::int64_t column, int axis,
           double value) {
  const std::int64_t at =
      row * view.stride_row + column * view.stride_column + axis * view.stride_axis;
  if (view.dtype == DType::f32) {
    static_cast<float*>(view.data)[at] = static_cast<float>(value);
  } else {
    static_cast<double*>(view.data)[at] = value;
  }
}

}  // namespace

void GroupWriter::sort_by_position(std::int64_t* members, std::int64_t gridsize) const {
  const auto sort = [&](std::int64_t first, std::int64_t count, bool rows) {
    std::sort(members + first, members + first + count, [&](std::int64_t a, std::int64_t b) {
      const Point p = points_[a];
      const Point q = points_[b];
      if (rows && p.y != q.y) return p.y < q.y;
      if (p.x != q.x) return p.x < q.x;
      return p.y != q.y ? p.y < q.y : a < b;
    });
  };
  sort(0, gridsize * gridsize, true);
  for (std::int64_t row = 0; row < gridsize; ++row) sort(row * gridsize, gridsize, false);
}

template <class MemberOf>
void GroupWriter::write_members(std::int64_t row, std::int64_t count, const MemberOf& member_of,
                                const CoordinateResultView& offsets,
                                const CoordinateResultView& relative) const {
  if (!offsets.data && !relative.data) return;
  double mean[2] = {0.0, 0.0};
  for (std::int64_t j = 0; j < count; ++j) {
    const Point p = points_[member_of(j)];
    mean[y_] += p.y;
    mean[1 - y_] += p.x;
  }
  for (double& component : mean) component /= static_cast<double>(count);
  for (int axis = 0; axis < 2 && offsets.data; ++axis) write(offsets, row, axis, 0, mean[axis]);
  if (!relative.data) return;
  for (std::int64_t j = 0; j < count; ++j) {
    const Point p = points_[member_of(j)];
    for (int axis = 0; axis < 2; ++axis) {
      const double from = (axis == y_ ? p.y : p.x) - mean[axis];
      write(relative, row, j, axis, to_offset_ ? -from : from);
    }
  }
}

void GroupWriter::write_coordinates(std::int64_t row, const std::int64_t* members,
                                    std::int64_t count, const CoordinateResultView& offsets,
                                    const CoordinateResultView& relative) const {
  write_members(
      row, count, [&](std::int64_t j) { return members[j]; }, offsets, relative);
}

void GroupWriter::write_coordinates(std::int64_t row, const IndexView& groups,
                                    const CoordinateResultView& offsets,
                                    const CoordinateResultView& relative) const {
  write_members(
      row, groups.size, [&](std::int64_t j) { return read_index(groups, row, j); }, offsets,
      relative);
}

}  // namespace ptychopatch
