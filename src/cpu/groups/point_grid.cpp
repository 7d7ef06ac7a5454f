// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/point_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/groups/group_jobs.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t padding = 64;  // numbers that a vector may read beyond the last point
constexpr std::int64_t chunks_of_points = 64;
constexpr double overfull = 6.0;  // times the mean number of points
constexpr std::int64_t sample_size = 4096;
constexpr std::int64_t sample_lines = 16;
constexpr double coarse_cells = 256.0;
constexpr std::uint32_t max_depth = 20;  // that still makes grids coarser
constexpr int max_tree_depth = 100;

// How much coarser a grid is than one of the points_per_cell: deeper grids are, so that all of them
// together fit into the memory.
double coarseness(std::uint32_t depth) {
  return depth > 1 ? std::exp2(static_cast<double>(std::min(depth, max_depth) - 1)) : 1.0;
}

// Number j of a sample of `count` points, spread by the golden ratio: points that take turns to be
// of two kinds must not be all of one kind in the sample.
std::int64_t sampled(std::int64_t j, std::int64_t count) {
  if (count <= sample_size) return j;
  constexpr std::uint32_t golden = 2654435769U;
  const std::uint64_t part = static_cast<std::uint32_t>(j) * golden;
  return static_cast<std::int64_t>(part * static_cast<std::uint64_t>(count) >> 32);
}

// Takes `wanted` of a store, all or none.
bool take(std::atomic<std::uint32_t>& taken, std::int64_t wanted, std::int64_t capacity,
          std::uint32_t* first) {
  std::uint32_t now = taken.load(std::memory_order_relaxed);
  do {
    if (now + wanted > capacity) return false;
  } while (!taken.compare_exchange_weak(now, now + static_cast<std::uint32_t>(wanted),
                                        std::memory_order_relaxed));
  *first = now;
  return true;
}

}  // namespace

double PointGrid::points_per_cell(std::int64_t neighbours) {
  const auto k = static_cast<double>(neighbours + 1);
  return std::max(4.0, (k + 2.7 * std::sqrt(k)) / 3.14159);
}

PointGrid::MemoryPlan::MemoryPlan(std::int64_t capacity, std::int64_t neighbours, int threads)
    : points(capacity + padding),
      nodes(capacity / 128 + 64),
      cells(static_cast<std::int64_t>(static_cast<double>(capacity) / points_per_cell(neighbours))),
      begins(cells * 5 / 2 + 1024),
      sort(cells, threads) {}

std::uint64_t PointGrid::MemoryPlan::bytes() const {
  return 3 * Buffer<std::uint32_t>::bytes_of(points) + Buffer<std::uint32_t>::bytes_of(begins) +
         Buffer<GridNode>::bytes_of(nodes) + Buffer<std::uint32_t>::bytes_of(sort.numbers());
}

PointGrid::PointGrid(const MemoryPlan& plan, std::int64_t neighbours, const Allocator& allocator)
    : plan_(plan),
      per_cell_(points_per_cell(neighbours)),
      x_(allocator, plan.points),
      y_(allocator, plan.points),
      index_(allocator, plan.points),
      begins_(allocator, plan.begins),
      nodes_(allocator, plan.nodes),
      sort_(plan.sort, {x_.data(), y_.data(), index_.data()}, allocator) {}

const GridNode& PointGrid::child(const GridNode& node, std::int64_t cell) const {
  const GridNode* first = nodes_.data() + node.first_child;
  return *std::lower_bound(first, first + node.child_count, static_cast<std::uint32_t>(cell),
                           [](const GridNode& n, std::uint32_t c) { return n.cell < c; });
}

PointBox PointGrid::extremes(const PointSource& points, const Arena& arena) {
  PointBox parts[chunks_of_points];
  const std::int64_t n = points.count();
  arena.parallel_for(chunks_of_points, [&](std::int64_t chunk, int) {
    PointBox part;
    const std::int64_t last = n * (chunk + 1) / chunks_of_points;
    for (std::int64_t i = n * chunk / chunks_of_points; i < last; ++i) part.look_at(points[i], i);
    parts[chunk] = part;
  });
  PointBox all;
  for (const PointBox& part : parts) all.add(part);
  return all;
}

void PointGrid::build(const PointSource& points, const Arena& arena) {
  const PointBox span = extremes(points, arena);
  if (span.min_number != UINT32_MAX) refuse_point(span.min_number, points[span.min_number]);
  count_ = points.count();
  begins_taken_ = 0;
  nodes_taken_ = 1;
  GridNode root;
  root.point_count = static_cast<std::uint32_t>(count_);
  for (int axis = 0; axis < 2; ++axis) {
    root.low[axis] = span.low[axis];
    root.high[axis] = span.high[axis];
    root.region[axis] = -std::numeric_limits<double>::infinity();
    root.region[axis + 2] = std::numeric_limits<double>::infinity();
  }
  for (std::int64_t i = count_; i < count_ + padding; ++i) x_[i] = y_[i] = 0;
  if (count_ == 0 || (span.low[0] == span.high[0] && span.low[1] == span.high[1])) {
    root.coincident = root.plain = true;
    nodes_[0] = root;
    number_points();
    return;
  }
  for (std::int64_t j = 0; j < std::min(count_, sample_size); ++j) {
    const std::int64_t i = sampled(j, count_);
    index_[i] = static_cast<std::uint32_t>(i);  // what crowded() looks at
  }
  lay_grid(points, root);
  nodes_[0] = root;
  if (root.plain) {
    number_points();
    return;
  }
  sort_.sort_all(points, root.grid, begins_.data() + root.first_cell, arena);
  const std::uint32_t first = take_children(nodes_[0]);
  const std::int64_t children = nodes_[0].child_count;
  arena.parallel_for(children, [&](std::int64_t c, int slot) {
    make_child(points, nodes_[0], first + static_cast<std::uint32_t>(c), 1, slot);
  });
}

// The order of a root without cells.
void PointGrid::number_points() {
  for (std::int64_t i = 0; i < count_; ++i) {
    x_[i] = y_[i] = 0;
    index_[i] = static_cast<std::uint32_t>(i);
  }
}

// Whether most points of a node lie in one cell of a coarse grid: a fine one would be empty.
bool PointGrid::crowded(const PointSource& points, const GridNode& node) const {
  const std::int64_t samples = std::min<std::int64_t>(node.point_count, sample_size);
  std::uint32_t counts[sample_lines * sample_lines] = {};
  double scale[2];
  for (int axis = 0; axis < 2; ++axis) {
    const double extent = node.high[axis] - node.low[axis];
    scale[axis] = extent > 0.0 ? (sample_lines - 0.5) / extent : 0.0;
    if (!std::isfinite(scale[axis])) scale[axis] = 0.0;
  }
  for (std::int64_t j = 0; j < samples; ++j) {
    const Point p = points[index_[node.first_point + sampled(j, node.point_count)]];
    const auto column = static_cast<std::int64_t>((p.x - node.low[0]) * scale[0]);
    const auto row = static_cast<std::int64_t>((p.y - node.low[1]) * scale[1]);
    ++counts[row * sample_lines + column];
  }
  return *std::max_element(std::begin(counts), std::end(counts)) > samples / 4 * 3;
}

// Lays a grid over the node and takes memory for its cells; where there is none, there are none.
void PointGrid::lay_grid(const PointSource& points, GridNode& node) {
  double cells = static_cast<double>(node.point_count) / (per_cell_ * coarseness(node.depth));
  node.crowded = crowded(points, node);
  if (node.crowded) cells = std::min(cells, coarse_cells);
  for (;; cells /= 4.0) {
    node.grid = plane_grid(node.low, node.high, cells);
    // One cell: the points are nearer to each other than the scale of a grid can tell.
    node.plain = node.grid.cells() == 1;
    if (node.plain || take(begins_taken_, node.grid.cells() + 1, plan_.begins, &node.first_cell)) {
      return;
    }
    if (cells < 4.0) break;
  }
  node.plain = true;
}

// Takes a node for each cell that holds too many points, and returns the first of them.
std::uint32_t PointGrid::take_children(GridNode& node) {
  constexpr int doublings = 31;
  const std::int64_t cells = node.grid.cells();
  const std::uint32_t depth = node.depth + (node.crowded ? 0 : 1);
  const auto least = static_cast<std::int64_t>(overfull * per_cell_ * coarseness(depth));
  const std::int64_t room = plan_.nodes - nodes_taken_.load(std::memory_order_relaxed);
  const auto points_in = [&](std::int64_t cell) {
    return std::int64_t{begin(node, cell + 1)} - begin(node, cell);
  };
  // Where there are not nodes enough, the fullest cells get them.
  std::int64_t above[doublings + 1] = {};
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    const std::int64_t points = points_in(cell);
    for (int d = 0; d < doublings && points > least << d; ++d) ++above[d];
  }
  int chosen = 0;
  while (chosen < doublings && above[chosen] > room) ++chosen;
  node.child_count = 0;
  const std::int64_t wanted = above[chosen];
  if (wanted == 0 || !take(nodes_taken_, wanted, plan_.nodes, &node.first_child)) return 0;
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    const std::int64_t points = points_in(cell);
    if (points <= least << chosen) continue;
    GridNode child;
    child.cell = static_cast<std::uint32_t>(cell);
    child.depth = depth;
    child.first_point = begin(node, cell);
    child.point_count = static_cast<std::uint32_t>(points);
    nodes_[node.first_child + node.child_count++] = child;
  }
  for (std::uint32_t c = 0; c < node.child_count; ++c) {
    begins_[node.first_cell + nodes_[node.first_child + c].cell] |= divided_bit;
  }
  return node.first_child;
}

// The cell that the node stands for, as far as it lies in the parent's own region: in it there are
// no others' points. What rounding may have moved is left out.
void PointGrid::set_region(GridNode& node, const GridNode& parent) const {
  constexpr double rounding = 8.0 * std::numeric_limits<double>::epsilon();
  const std::int64_t line[2] = {node.cell % parent.grid.columns, node.cell / parent.grid.columns};
  const double size = parent.grid.cell_size();
  for (int axis = 0; axis < 2; ++axis) {
    const double origin = parent.grid.origin[axis];
    const auto at = static_cast<double>(line[axis]);
    const double threshold = rounding * (std::abs(origin) + (at + 1.0) * size);
    const double low = std::max(origin + at * size + threshold,
                                origin + parent.region[axis] / parent.grid.scale + threshold);
    const double high = std::min(origin + (at + 1.0) * size - threshold,
                                 origin + parent.region[axis + 2] / parent.grid.scale - threshold);
    node.region[axis] = node.grid.place(low, axis) + 1.0;
    node.region[axis + 2] = node.grid.place(high, axis) - 1.0;
  }
}

void PointGrid::make_child(const PointSource& points, const GridNode& parent, std::uint32_t n,
                           int tree_depth, int slot) {
  GridNode node = nodes_[n];
  const std::uint32_t last = node.first_point + node.point_count;
  PointBox span;
  for (std::uint32_t at = node.first_point; at < last; ++at) span.add(points[index_[at]]);
  for (int axis = 0; axis < 2; ++axis) {
    node.low[axis] = span.low[axis];
    node.high[axis] = span.high[axis];
  }
  node.coincident = span.low[0] == span.high[0] && span.low[1] == span.high[1];
  node.plain = node.coincident || tree_depth == max_tree_depth;
  if (!node.plain) lay_grid(points, node);
  if (node.plain) {
    std::sort(index_.data() + node.first_point, index_.data() + last);
    nodes_[n] = node;
    return;
  }
  set_region(node, parent);
  for (std::uint32_t at = node.first_point; at < last; ++at) {
    const Point p = points[index_[at]];
    x_[at] = node.grid.quantum(p.x, 0);
    y_[at] = node.grid.quantum(p.y, 1);
  }
  sort_.sort_range(node.grid, node.first_point, last, begins_.data() + node.first_cell, slot);
  const std::uint32_t first = take_children(node);
  nodes_[n] = node;
  for (std::uint32_t c = 0; c < node.child_count; ++c) {
    make_child(points, node, first + c, tree_depth + 1, slot);
  }
}

}  // namespace ppatch
