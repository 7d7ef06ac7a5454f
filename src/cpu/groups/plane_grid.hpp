// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

// The uniform grid that points in the plane are sorted into.
namespace ppatch {

// Square cells of 2^shift quanta, columns x rows of them. A coordinate is kept as a whole number of
// quanta below 2^30: the cell of a point, and its place in the cell, are bits of it.
struct PlaneGrid {
  double origin[2] = {0.0, 0.0};  // by axis: 0 along columns, 1 along rows
  double scale = 0.0;             // quanta a unit of the coordinates
  std::int32_t columns = 1, rows = 1;
  std::int32_t shift = 30;

  std::int64_t cells() const { return std::int64_t{columns} * rows; }
  std::int32_t extent(int axis) const { return axis == 0 ? columns : rows; }

  // A place in quanta; any number, for places outside of the grid too.
  double place(double coordinate, int axis) const { return (coordinate - origin[axis]) * scale; }
  // Of a point of the grid, its place rounded down.
  std::int32_t quantum(double coordinate, int axis) const {
    const auto q = static_cast<std::int64_t>(place(coordinate, axis));
    const std::int64_t end = std::int64_t{extent(axis)} << shift;
    return static_cast<std::int32_t>(q < 0 ? 0 : q < end ? q : end - 1);
  }
  std::int64_t cell(std::int32_t qx, std::int32_t qy) const {
    return std::int64_t{qy >> shift} * columns + (qx >> shift);
  }
  // The column or row of cells that a place lies in, or the nearest one.
  std::int32_t nearest_line(double q, int axis) const {
    const double line = std::floor(q / static_cast<double>(std::int64_t{1} << shift));
    const double last = extent(axis) - 1;
    return static_cast<std::int32_t>(line < 0.0 ? 0.0 : line > last ? last : line);
  }
  double cell_size() const { return static_cast<double>(std::int64_t{1} << shift) / scale; }
};

// A grid of about `cells` cells, never many more, over [low, high]: at least two of its cells hold
// points where low and high differ.
inline PlaneGrid plane_grid(const double low[2], const double high[2], double cells) {
  constexpr int bits = 30;
  // Smaller extents would make the scale infinite.
  constexpr double min_extent = 1e-280;
  PlaneGrid grid;
  double extent[2];
  for (int axis = 0; axis < 2; ++axis) {
    grid.origin[axis] = low[axis];
    extent[axis] = high[axis] - low[axis];
  }
  double longer = extent[0] > extent[1] ? extent[0] : extent[1];
  if (longer < min_extent) longer = min_extent;
  // Cells of side h: (extent[0] / h + 1) (extent[1] / h + 1) = cells, in units of the longer side.
  const double ratio = (extent[0] > extent[1] ? extent[1] : extent[0]) / longer;
  const double n = cells > 4.0 ? cells : 4.0;
  const double sum = 1.0 + ratio;
  const double side = (sum + std::sqrt(sum * sum + 4.0 * (n - 1.0) * ratio)) / (2.0 * (n - 1.0));
  const double h = (side < 0.75 ? side : 0.75) * longer;
  grid.columns = static_cast<std::int32_t>(extent[0] / h) + 1;
  grid.rows = static_cast<std::int32_t>(extent[1] / h) + 1;
  const std::int32_t most = grid.columns > grid.rows ? grid.columns : grid.rows;
  while ((std::int64_t{most} << grid.shift) > (std::int64_t{1} << bits)) --grid.shift;
  grid.scale = static_cast<double>(std::int64_t{1} << grid.shift) / h;
  return grid;
}

}  // namespace ppatch
