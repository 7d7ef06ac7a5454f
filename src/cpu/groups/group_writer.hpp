// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_GROUPS_GROUP_WRITER_HPP_
#define PTYCHOPATCH_CPU_GROUPS_GROUP_WRITER_HPP_

#include <cstdint>

#include "cpu/groups/point_source.hpp"

namespace ptychopatch {

inline std::int64_t read_index(const IndexView& view, std::int64_t row, std::int64_t column) {
  const std::int64_t at = row * view.stride_row + column * view.stride_column;
  return view.dtype == DType::i32 ? static_cast<const std::int32_t*>(view.data)[at]
                                  : static_cast<const std::int64_t*>(view.data)[at];
}

inline void write_index(const IndexView& view, std::int64_t row, std::int64_t column,
                        std::int64_t value) {
  const std::int64_t at = row * view.stride_row + column * view.stride_column;
  if (view.dtype == DType::i32) {
    static_cast<std::int32_t*>(view.data)[at] = static_cast<std::int32_t>(value);
  } else {
    static_cast<std::int64_t*>(view.data)[at] = value;
  }
}

// Rows are written in the grid's order: the one that will be needed is fetched meanwhile.
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
      : points_(points), y_(settings.axes == Axes::yx ? 0 : 1), to_offset_(settings.to_offset) {}

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
  const PointSource& points_;
  template <class MemberOf>
  void write_members(std::int64_t row, std::int64_t count, const MemberOf& member_of,
                     const CoordinateResultView& offsets,
                     const CoordinateResultView& relative) const;

  int y_;  // column of y
  bool to_offset_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_GROUPS_GROUP_WRITER_HPP_
