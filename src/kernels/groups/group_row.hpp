// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/groups/group_coordinates.hpp"
#include "kernels/groups/group_draw.hpp"

namespace ppatch {

// Rows of a call that draws groups: the group of a row, and what is asked for of it.
struct GroupRow {
  GroupDraw draw;
  GroupCoordinates coordinates;
  GroupOrder order = GroupOrder::as_drawn;
  std::int64_t gridsize = 1, members = 1;
  std::int64_t first = 0;  // the group of row 0
  IndexView indices, centres;
  CoordinateResultView offsets, relative;

  // Room of a row.
  PPATCH_HD static std::int64_t numbers_of(std::int64_t members) { return 3 * members; }

  PPATCH_HD std::int64_t centre(std::int64_t row) const { return draw.centre(first + row); }

  // neighbour(j): number j of the centre's neighbours. sort(values, count, before).
  template <class NeighbourOf, class Sort>
  PPATCH_HD void write(std::int64_t row, std::int64_t centre, std::int64_t* member,
                       const NeighbourOf& neighbour, const Sort& sort) const {
    std::int64_t* const chosen = member + members;
    std::int64_t count = 0;
    if (draw.chosen < members) member[count++] = centre;
    if (draw.chosen > 0) {
      draw.members(first + row, chosen + members, chosen);
      if (order == GroupOrder::by_distance) {
        sort(chosen, draw.chosen, [](std::int64_t a, std::int64_t b) { return a < b; });
      }
      for (std::int64_t j = 0; j < draw.chosen; ++j) member[count++] = neighbour(chosen[j]);
      if (order == GroupOrder::by_position) sort_by_position(member, sort);
    }
    for (std::int64_t j = 0; j < members; ++j) write_index(indices, row, j, member[j]);
    if (centres.data) write_index(centres, row, 0, centre);
    coordinates.write(
        row, members, [&](std::int64_t j) { return member[j]; }, offsets, relative);
  }

 private:
  // Rows of gridsize members, from low y to high y, each from low x to high x.
  template <class Sort>
  PPATCH_HD void sort_by_position(std::int64_t* member, const Sort& sort) const {
    const auto sort_some = [&](std::int64_t from, std::int64_t count, bool rows) {
      sort(member + from, count,
           [&](std::int64_t a, std::int64_t b) { return coordinates.before(a, b, rows); });
    };
    sort_some(0, members, true);
    for (std::int64_t line = 0; line < gridsize; ++line)
      sort_some(line * gridsize, gridsize, false);
  }
};

}  // namespace ppatch
