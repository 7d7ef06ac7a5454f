// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/groups/group_engine.hpp"
#include "kernels/groups/group_coordinates.hpp"

namespace ppatch {

// Rows are written in the grid's order: the one that will be needed is prefetched meanwhile.
inline void prefetch_row(const IndexView& view, std::int64_t row) {
  const std::int64_t size = view.dtype == DType::i32 ? 4 : 8;
  const char* begin = static_cast<const char*>(view.data) + row * view.stride_row * size;
  __builtin_prefetch(begin, 1);
  __builtin_prefetch(begin + (view.size - 1) * view.stride_column * size, 1);
}

// Writes what is known of a group into the caller's arrays.
class GroupWriter {
 public:
  GroupWriter(const PointSource& points, const GroupSettings& settings)
      : coordinates_{points, settings.axes == Axes::yx ? 0 : 1, settings.to_offset} {}

  // Rows of gridsize members, from low y to high y, each from low x to high x.
  void sort_by_position(std::int64_t* members, std::int64_t gridsize) const;
  void write_coordinates(std::int64_t row, const std::int64_t* members, std::int64_t count,
                         const CoordinateResultView& offsets,
                         const CoordinateResultView& relative) const;
  // Of one row of the groups, into the same row of the others.
  void write_coordinates(std::int64_t row, const IndexView& groups,
                         const CoordinateResultView& offsets,
                         const CoordinateResultView& relative) const;

 private:
  GroupCoordinates coordinates_;
};

}  // namespace ppatch
