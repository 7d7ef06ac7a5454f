// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/groups/near_points.hpp"
#include "cpu/groups/point_grid.hpp"

namespace ppatch {

// Finds the k nearest neighbours of one point after the other; one thread's own.
//
// Most queries end in find_near: approximate distances from the quanta, all in one vector loop. The
// order is certain where neighbouring distances differ by more than their error; where they do not,
// the exact ones decide, and where the points near by are not enough, a search through the cells.
class NeighbourSearch {
 public:
  // found: room for k.
  NeighbourSearch(const PointGrid& grid, const PointSource& points, const GroupLoops& loops,
                  std::int64_t k, Neighbour* found)
      : grid_(grid), points_(points), loops_(loops), k_(k), found_(found) {}

  // The neighbours in order. Their squared distances are there only where asked for.
  const Neighbour* find(std::uint32_t query, bool with_distances);
  // The same for the point that stands at a slot of the grid.
  const Neighbour* find_kept(std::uint32_t slot, bool with_distances);

 private:
  struct Place {
    const GridNode* node = nullptr;
    std::int32_t x = 0, y = 0;  // in its quanta
  };
  Place locate(const Point& at) const;
  const Neighbour* find(const Place& place, bool with_distances);
  void read_query();
  bool find_near(const Place& place);
  bool set_runs(const Place& place, std::int32_t reach);
  bool take_near(double radius, bool* complete);
  void search(const GridNode& node);
  void search_ring(const GridNode& node, const double at[2], const std::int32_t centre[2],
                   std::int32_t ring);
  void search_cell(const GridNode& node, const double at[2], std::int32_t column, std::int32_t row);
  void scan(const GridNode& node, const double at[2], std::uint32_t begin, std::uint32_t end);
  void offer(std::uint32_t index);
  // Whether nothing at that distance, in quanta of the node, can be nearer than what was found.
  bool beyond(const GridNode& node, double distance) const;

  const PointGrid& grid_;
  const PointSource& points_;
  const GroupLoops& loops_;
  std::int64_t k_;
  Neighbour* found_;
  std::int64_t count_ = 0;
  bool exact_ = false;  // found_ has distances
  double reach_ = 0.0;  // distance of the last of k that were found
  std::uint32_t query_ = 0;
  Point at_{};
  bool has_at_ = false;  // at_ is the query's place
  NearQuery near_query_;
  NearPoints near_;
};

}  // namespace ppatch
