// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/kernels/neighbour_query.hpp"
#include "kernels/groups/group_row.hpp"

// Rows of a call on groups, on a device: a thread does one on its own.
namespace ppatch {

// Rows whose searches find few neighbours, which a block keeps in its own memory meanwhile.
template <class Row>
struct EachSearch {
  static constexpr int threads = 128;
  static constexpr std::int64_t max_neighbours = 8;
  struct Shared {
    Neighbour found[FoundNeighbours::entries_of(max_neighbours) * threads];
  };
  using Private = Nothing;
  Row row;
  std::int64_t count = 0;

  std::int64_t blocks() const { return blocks_over(count, threads); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 1; }
  PPATCH_HD void step(std::int64_t, const BlockThread& at, Shared& shared, Private&) const {
    const std::int64_t n = at.block * threads + at.thread;
    if (n < count) row.put(n, FoundNeighbours{shared.found, threads}.of(at.thread));
  }
};

// Sorts in place, without memory of its own.
template <class Before>
PPATCH_HD void heap_sort(std::int64_t* values, std::int64_t count, const Before& before) {
  const auto sink = [&](std::int64_t root, std::int64_t end) {
    for (std::int64_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
      if (child + 1 < end && before(values[child], values[child + 1])) ++child;
      if (!before(values[root], values[child])) return;
      const std::int64_t value = values[root];
      values[root] = values[child];
      values[child] = value;
      root = child;
    }
  };
  for (std::int64_t root = count / 2; root-- > 0;) sink(root, count);
  for (std::int64_t end = count; end-- > 1;) {
    const std::int64_t value = values[0];
    values[0] = values[end];
    values[end] = value;
    sink(0, end);
  }
}

// Finds the neighbours of a row's centre, and writes what is asked for of its group.
struct DrawRow {
  GroupRow group;
  NeighbourQuery query;
  FoundNeighbours memory;           // of all rows
  std::int64_t* numbers = nullptr;  // by row

  PPATCH_HD void operator()(std::int64_t row) const { put(row, memory.of(row)); }
  PPATCH_HD void put(std::int64_t row, const FoundNeighbours& found) const {
    const std::int64_t centre = group.centre(row);
    if (group.draw.chosen > 0) query.find(centre, found);
    group.write(
        row, centre, numbers + row * GroupRow::numbers_of(group.members),
        [&](std::int64_t j) { return found[j].index; },
        [](std::int64_t* values, std::int64_t count, const auto& before) {
          heap_sort(values, count, before);
        });
  }
};

// Neighbours of given points, or of point first + row where there are none given. Where a call has
// all points' rows, threads side by side take points side by side along the tree's curve, whose
// searches go the same ways.
struct NeighboursRow {
  NeighbourQuery query;
  FoundNeighbours memory;  // of all rows
  IndexView queries;
  std::int64_t first = 0;
  bool along_curve = false;  // search first + n is the n-th point's there
  IndexView indices;
  CoordinateResultView squared_distances;

  PPATCH_HD void operator()(std::int64_t n) const { put(n, memory.of(n)); }
  PPATCH_HD void put(std::int64_t n, const FoundNeighbours& found) const {
    const std::int64_t row = along_curve ? query.tree.number[first + n] : n;
    query.find(along_curve ? row : queries.data ? read_index(queries, row, 0) : first + row, found);
    for (std::int64_t j = 0; j < query.k; ++j) {
      const Neighbour one = found[j];
      write_index(indices, row, j, one.index);
      if (squared_distances.data) {
        write_coordinate(squared_distances, row, j, 0, one.squared_distance);
      }
    }
  }
};

}  // namespace ppatch
