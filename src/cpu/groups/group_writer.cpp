// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/group_writer.hpp"

#include <algorithm>

namespace ppatch {

void GroupWriter::sort_by_position(std::int64_t* members, std::int64_t gridsize) const {
  const auto sort = [&](std::int64_t first, std::int64_t count, bool rows) {
    std::sort(members + first, members + first + count,
              [&](std::int64_t a, std::int64_t b) { return coordinates_.before(a, b, rows); });
  };
  sort(0, gridsize * gridsize, true);
  for (std::int64_t row = 0; row < gridsize; ++row) sort(row * gridsize, gridsize, false);
}

void GroupWriter::write_coordinates(std::int64_t row, const std::int64_t* members,
                                    std::int64_t count, const CoordinateResultView& offsets,
                                    const CoordinateResultView& relative) const {
  coordinates_.write(
      row, count, [&](std::int64_t j) { return members[j]; }, offsets, relative);
}

void GroupWriter::write_coordinates(std::int64_t row, const IndexView& groups,
                                    const CoordinateResultView& offsets,
                                    const CoordinateResultView& relative) const {
  coordinates_.write(
      row, groups.size, [&](std::int64_t j) { return read_index(groups, row, j); }, offsets,
      relative);
}

}  // namespace ppatch
