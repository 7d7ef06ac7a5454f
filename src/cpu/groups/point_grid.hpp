// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "core/allocator.hpp"
#include "cpu/groups/cell_sort.hpp"
#include "cpu/groups/plane_grid.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/groups/point_box.hpp"

namespace ppatch {

// A grid over some of the points: over all of them, or over those of one cell of another grid.
struct GridNode {
  PlaneGrid grid;
  // No point outside of this node lies inside of it, in quanta: low x, low y, high x, high y.
  double region[4] = {};
  double low[2] = {}, high[2] = {};  // what the points span, by axis
  std::uint32_t first_point = 0, point_count = 0;
  std::uint32_t first_cell = 0;                    // of the cells' begins
  std::uint32_t first_child = 0, child_count = 0;  // nodes in place of cells, by cell
  std::uint32_t cell = 0;                          // of the parent
  std::uint32_t depth = 0;                         // of nodes that are not crowded
  bool crowded = false;     // most points lie in few cells: the grid is coarse
  bool coincident = false;  // all points stand in one place, and are kept by index
  bool plain = false;       // has no cells: coincident, or there is no memory or no scale for them
};

// Points sorted into the cells of a uniform grid. A cell that holds many more of them than the
// others becomes a grid of its own, and so on, so that neither clusters nor outliers make a search
// slow. A node's points, wherever they stand among the cells, follow each other.
//
// What is kept of a point is its number and its place in quanta of its node; the coordinates
// themselves are read from the caller's array where quanta do not tell.
class PointGrid {
 public:
  // Bytes depend on the number of points and neighbours alone.
  struct MemoryPlan {
    std::int64_t points = 0;
    std::int64_t nodes = 0;
    std::int64_t cells = 0;   // of the root
    std::int64_t begins = 0;  // of all cells
    CellSort::MemoryPlan sort;

    MemoryPlan(std::int64_t capacity, std::int64_t neighbours, int threads);
    std::uint64_t bytes() const;
  };

  PointGrid(const MemoryPlan& plan, std::int64_t neighbours, const Allocator& allocator);

  // Points that a cell holds in the mean, so that the circle of a cell's side about a point holds
  // its neighbours, but for few points.
  static double points_per_cell(std::int64_t neighbours);

  // Throws INVALID_ARGUMENT, with the grid as it was, for a point that is none.
  void build(const PointSource& points, const Arena& arena);

  std::int64_t count() const { return count_; }
  const GridNode& root() const { return nodes_[0]; }
  const std::int32_t* x() const { return x_.data(); }
  const std::int32_t* y() const { return y_.data(); }
  const std::uint32_t* index() const { return index_.data(); }

  std::uint32_t begin(const GridNode& node, std::int64_t cell) const {
    return begins_[node.first_cell + cell] & ~divided_bit;
  }
  // Whether a node stands in place of the cell.
  bool divided(const GridNode& node, std::int64_t cell) const {
    return (begins_[node.first_cell + cell] & divided_bit) != 0;
  }
  const GridNode& child(const GridNode& node, std::int64_t cell) const;

 private:
  static constexpr std::uint32_t divided_bit = std::uint32_t{1} << 31;

  PointBox extremes(const PointSource& points, const Arena& arena);
  bool crowded(const PointSource& points, const GridNode& node) const;
  void lay_grid(const PointSource& points, GridNode& node);
  void number_points();
  std::uint32_t take_children(GridNode& node);
  void make_child(const PointSource& points, const GridNode& parent, std::uint32_t n,
                  int tree_depth, int slot);
  void set_region(GridNode& node, const GridNode& parent) const;

  MemoryPlan plan_;
  double per_cell_;
  std::int64_t count_ = 0;
  Buffer<std::int32_t> x_, y_;
  Buffer<std::uint32_t> index_;
  Buffer<std::uint32_t> begins_;
  Buffer<GridNode> nodes_;
  CellSort sort_;
  std::atomic<std::uint32_t> begins_taken_{0}, nodes_taken_{0};
};

}  // namespace ppatch
