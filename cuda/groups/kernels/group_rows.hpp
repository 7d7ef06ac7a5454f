// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/kernels/neighbour_query.hpp"
#include "kernels/groups/group_coordinates.hpp"
#include "kernels/groups/group_draw.hpp"

// Rows of a call on groups, on a device: a thread does one on its own.
namespace ppatch {

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

// Draws group first + row and writes what is asked for of it.
struct DrawRow {
  GroupDraw draw;
  NeighbourQuery query;
  GroupCoordinates coordinates;
  GroupOrder order = GroupOrder::as_drawn;
  std::int64_t first = 0;
  std::int64_t gridsize = 1, members = 1;
  std::int64_t* numbers = nullptr;  // room of a row: numbers_of(members)
  IndexView indices, centres;
  CoordinateResultView offsets, relative;

  static std::int64_t numbers_of(std::int64_t members) { return 3 * members; }

  PPATCH_HD void operator()(std::int64_t row) const {
    std::int64_t* const member = numbers + row * 3 * members;
    std::int64_t* const chosen = member + members;
    const std::int64_t centre = draw.centre(first + row);
    std::int64_t count = 0;
    if (draw.chosen < members) member[count++] = centre;
    if (draw.chosen > 0) {
      query.find(row, centre);
      draw.members(first + row, chosen + members, chosen);
      if (order == GroupOrder::by_distance) {
        heap_sort(chosen, draw.chosen, [](std::int64_t a, std::int64_t b) { return a < b; });
      }
      for (std::int64_t j = 0; j < draw.chosen; ++j) {
        member[count++] = query.found.at(row, chosen[j]).index;
      }
      if (order == GroupOrder::by_position) sort_by_position(member);
    }
    for (std::int64_t j = 0; j < members; ++j) write_index(indices, row, j, member[j]);
    if (centres.data) write_index(centres, row, 0, centre);
    coordinates.write(
        row, members, [&](std::int64_t j) { return member[j]; }, offsets, relative);
  }

 private:
  PPATCH_HD void sort_by_position(std::int64_t* member) const {
    const auto sort = [&](std::int64_t from, std::int64_t count, bool rows) {
      heap_sort(member + from, count,
                [&](std::int64_t a, std::int64_t b) { return coordinates.before(a, b, rows); });
    };
    sort(0, members, true);
    for (std::int64_t line = 0; line < gridsize; ++line) sort(line * gridsize, gridsize, false);
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

// Neighbours of given points, or of point first + row where there are none given.
struct NeighboursRow {
  NeighbourQuery query;
  IndexView queries;
  std::int64_t first = 0;
  IndexView indices;
  CoordinateResultView squared_distances;

  PPATCH_HD void operator()(std::int64_t row) const {
    query.find(row, queries.data ? read_index(queries, row, 0) : first + row);
    for (std::int64_t j = 0; j < query.k; ++j) {
      const Neighbour one = query.found.at(row, j);
      write_index(indices, row, j, one.index);
      if (squared_distances.data) {
        write_coordinate(squared_distances, row, j, 0, one.squared_distance);
      }
    }
  }
};

}  // namespace ppatch
