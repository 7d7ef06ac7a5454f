// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/neighbour_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ppatch {
namespace {

// Neighbours that find_near is asked for, and that are kept in order; more are kept in a heap.
constexpr std::int64_t max_near = 64;
constexpr std::int32_t max_reach = 3;
// Below, squared distances lose precision or vanish.
constexpr double min_distance = 1e-145;
constexpr double max_scale = 1e140;
constexpr double pi_below = 3.14159;

// How much approximate squared distances up to `square` have to differ for their order to be
// certain: distances 3 quanta, and what is cut off the squares.
float uncertainty(float square) { return 8.0F * std::sqrt(square) + 16.0F + square * 0x1p-15F; }

}  // namespace

const Neighbour* NeighbourSearch::find(std::uint32_t query, bool with_distances) {
  query_ = query;
  at_ = points_[query];
  has_at_ = true;
  return find(k_ <= max_near ? locate(at_) : Place{}, with_distances);
}

const Neighbour* NeighbourSearch::find_kept(std::uint32_t slot, bool with_distances) {
  const GridNode& root = grid_.root();
  const std::uint32_t query = grid_.index()[slot];
  if (root.child_count > 0 || root.plain || k_ > max_near) return find(query, with_distances);
  // Its coordinates need not be read before they are needed.
  query_ = query;
  has_at_ = false;
  return find({&root, grid_.x()[slot], grid_.y()[slot]}, with_distances);
}

const Neighbour* NeighbourSearch::find(const Place& place, bool with_distances) {
  exact_ = true;
  count_ = 0;
  if (!place.node || !find_near(place)) {
    read_query();
    count_ = 0;
    search(grid_.root());
    if (k_ > max_near) std::sort_heap(found_, found_ + count_);
  }
  if (with_distances && !exact_) {
    read_query();
    for (std::int64_t j = 0; j < k_; ++j) {
      found_[j].squared_distance = points_.squared_distance(at_, found_[j].index);
    }
  }
  return found_;
}

void NeighbourSearch::read_query() {
  if (!has_at_) at_ = points_[query_];
  has_at_ = true;
}

NeighbourSearch::Place NeighbourSearch::locate(const Point& at) const {
  const GridNode* node = &grid_.root();
  while (!node->plain) {
    const std::int32_t x = node->grid.quantum(at.x, 0);
    const std::int32_t y = node->grid.quantum(at.y, 1);
    const std::int64_t cell = node->grid.cell(x, y);
    if (!grid_.divided(*node, cell)) return {node, x, y};
    node = &grid_.child(*node, cell);
  }
  return {node, 0, 0};
}

bool NeighbourSearch::find_near(const Place& place) {
  const GridNode& node = *place.node;
  if (node.plain || node.grid.scale > max_scale) return false;
  const double size = static_cast<double>(std::int64_t{1} << node.grid.shift);
  // A circle of this radius holds no point of another node.
  const double own = std::min({place.x - node.region[0], node.region[2] - place.x,
                               place.y - node.region[1], node.region[3] - place.y}) -
                     2.0;
  if (own < 0.5 * size) return false;
  const auto k = static_cast<double>(k_ + 1);
  const double wanted = k + 2.7 * std::sqrt(k);
  for (std::int32_t reach = 1; reach <= max_reach; ++reach) {
    const double most = std::min(reach * size, own);
    if (!set_runs(place, reach)) return false;
    std::int64_t total = 0;
    for (int r = 0; r < near_query_.runs; ++r) total += near_query_.end[r] - near_query_.begin[r];
    if (total > k_) {
      // Where points stand dense, a smaller circle does.
      const double lines = 2 * reach + 1;
      const double radius =
          size * lines * std::sqrt(wanted / (pi_below * static_cast<double>(total)));
      bool complete = false;
      if (radius < 0.87 * most) {
        if (!take_near(radius, &complete)) return false;
        if (complete) return true;
      }
      if (!take_near(most, &complete)) return false;
      if (complete) return true;
    }
    if (most < reach * size) return false;
  }
  return false;
}

// The rows of cells around a place; false where one of the cells is divided.
bool NeighbourSearch::set_runs(const Place& place, std::int32_t reach) {
  const GridNode& node = *place.node;
  const std::int32_t column = place.x >> node.grid.shift;
  const std::int32_t row = place.y >> node.grid.shift;
  const std::int32_t first_column = std::max(column - reach, 0);
  const std::int32_t last_column = std::min(column + reach, node.grid.columns - 1);
  const std::int32_t first_row = std::max(row - reach, 0);
  const std::int32_t last_row = std::min(row + reach, node.grid.rows - 1);
  near_query_.x = grid_.x();
  near_query_.y = grid_.y();
  near_query_.at_x = place.x;
  near_query_.at_y = place.y;
  near_query_.runs = 0;
  for (std::int32_t r = first_row; r <= last_row; ++r) {
    const std::int64_t cells = std::int64_t{r} * node.grid.columns;
    if (node.child_count > 0) {
      for (std::int32_t c = first_column; c <= last_column; ++c) {
        if (grid_.divided(node, cells + c)) return false;
      }
    }
    near_query_.begin[near_query_.runs] = grid_.begin(node, cells + first_column);
    near_query_.end[near_query_.runs++] = grid_.begin(node, cells + last_column + 1);
  }
  return true;
}

// Takes the neighbours from the points within the radius, where these are certain to hold them;
// false where they are too many to look at.
bool NeighbourSearch::take_near(double radius, bool* complete) {
  const auto k = static_cast<int>(k_);
  near_query_.limit = static_cast<float>(radius * radius);
  if (!loops_.find_near(near_query_, near_)) return false;
  *complete = false;
  if (near_.count <= k) return true;
  // The query itself is among them, at 0.
  const float last = near_.squared_distance(k);
  const float doubt = uncertainty(last);
  if (!(last + doubt < near_query_.limit)) return true;
  *complete = true;
  bool certain = true;
  for (int rank = 0; rank <= k && rank + 1 < near_.count; ++rank) {
    certain &= near_.squared_distance(rank + 1) - near_.squared_distance(rank) > doubt;
  }
  const std::uint32_t* index = grid_.index();
  if (certain) {
    for (int j = 0; j < k; ++j) found_[j].index = index[near_.slot(j + 1)];
    exact_ = false;
    return true;
  }
  read_query();
  for (int rank = 0; rank < near_.count; ++rank) {
    if (rank > k && near_.squared_distance(rank) > last + doubt) break;
    offer(index[near_.slot(rank)]);
  }
  return true;
}

void NeighbourSearch::search(const GridNode& node) {
  if (node.plain) {
    // Of coincident points, which are kept by index, the first are the nearest.
    const std::int64_t count =
        node.coincident ? std::min<std::int64_t>(node.point_count, k_ + 1) : node.point_count;
    for (std::int64_t i = 0; i < count; ++i) offer(grid_.index()[node.first_point + i]);
    return;
  }
  const double at[2] = {node.grid.place(at_.x, 0), node.grid.place(at_.y, 1)};
  const double size = static_cast<double>(std::int64_t{1} << node.grid.shift);
  std::int32_t centre[2];
  double outside[2];  // how far from the grid the place is
  for (int axis = 0; axis < 2; ++axis) {
    centre[axis] = node.grid.nearest_line(at[axis], axis);
    outside[axis] = std::max({0.0, -at[axis], at[axis] - node.grid.extent(axis) * size});
  }
  for (std::int32_t ring = 0;; ++ring) {
    if (ring > 0) {
      // What is left of the grid lies beyond one of the sides of the square that was searched.
      bool any = false;
      bool all_beyond = true;
      for (int axis = 0; axis < 2; ++axis) {
        const double below = at[axis] - (centre[axis] - ring + 1) * size;
        const double above = (centre[axis] + ring) * size - at[axis];
        const bool has_below = centre[axis] - ring >= 0;
        const bool has_above = centre[axis] + ring < node.grid.extent(axis);
        any = any || has_below || has_above;
        if (has_below) all_beyond &= beyond(node, std::hypot(below, outside[1 - axis]));
        if (has_above) all_beyond &= beyond(node, std::hypot(above, outside[1 - axis]));
      }
      if (!any || all_beyond) return;
    }
    search_ring(node, at, centre, ring);
  }
}

void NeighbourSearch::search_ring(const GridNode& node, const double at[2],
                                  const std::int32_t centre[2], std::int32_t ring) {
  const std::int32_t last_row = std::min(centre[1] + ring, node.grid.rows - 1);
  const std::int32_t last_column = std::min(centre[0] + ring, node.grid.columns - 1);
  for (std::int32_t row = std::max(centre[1] - ring, 0); row <= last_row; ++row) {
    const bool whole = row == centre[1] - ring || row == centre[1] + ring;
    const std::int32_t step = whole || ring == 0 ? 1 : 2 * ring;
    for (std::int32_t column = centre[0] - ring; column <= last_column; column += step) {
      if (column >= 0) search_cell(node, at, column, row);
    }
  }
}

void NeighbourSearch::search_cell(const GridNode& node, const double at[2], std::int32_t column,
                                  std::int32_t row) {
  const double size = static_cast<double>(std::int64_t{1} << node.grid.shift);
  const double dx = std::max({0.0, column * size - at[0], at[0] - (column + 1) * size});
  const double dy = std::max({0.0, row * size - at[1], at[1] - (row + 1) * size});
  const double square = dx * dx + dy * dy;
  // Far from a tiny node, the square is beyond all numbers.
  const bool huge = square > std::numeric_limits<double>::max();
  if (beyond(node, huge ? std::hypot(dx, dy) : std::sqrt(square))) return;
  const std::int64_t cell = std::int64_t{row} * node.grid.columns + column;
  if (grid_.divided(node, cell)) {
    search(grid_.child(node, cell));
  } else {
    scan(node, at, grid_.begin(node, cell), grid_.begin(node, cell + 1));
  }
}

void NeighbourSearch::scan(const GridNode& node, const double at[2], std::uint32_t begin,
                           std::uint32_t end) {
  for (std::uint32_t i = begin; i < end; ++i) {
    if (count_ == k_) {
      const double reach = reach_ * node.grid.scale * (1.0 + 0x1p-40) + 2.0;
      const double dx = grid_.x()[i] + 0.5 - at[0];
      const double dy = grid_.y()[i] + 0.5 - at[1];
      if (dx * dx + dy * dy > reach * reach) continue;
    }
    offer(grid_.index()[i]);
  }
}

void NeighbourSearch::offer(std::uint32_t index) {
  if (index == query_) return;
  const bool sorted = k_ <= max_near;
  const Neighbour& worst = sorted ? found_[k_ - 1] : found_[0];
  // Among many coincident points the coordinates need not be read.
  if (count_ == k_ && worst.squared_distance == 0.0 && index > worst.index) return;
  const Neighbour neighbour{points_.squared_distance(at_, index), index};
  if (count_ == k_) {
    if (!(neighbour < worst)) return;
    if (!sorted) std::pop_heap(found_, found_ + count_);
    --count_;
  }
  std::int64_t at = count_++;
  if (sorted) {
    for (; at > 0 && neighbour < found_[at - 1]; --at) found_[at] = found_[at - 1];
    found_[at] = neighbour;
  } else {
    found_[at] = neighbour;
    std::push_heap(found_, found_ + count_);
  }
  if (count_ == k_) {
    reach_ =
        std::max(std::sqrt((sorted ? found_[k_ - 1] : found_[0]).squared_distance), min_distance);
  }
}

bool NeighbourSearch::beyond(const GridNode& node, double distance) const {
  if (count_ < k_) return false;
  return distance * (1.0 - 0x1p-40) - 2.0 > reach_ * node.grid.scale * (1.0 + 0x1p-40);
}

}  // namespace ppatch
