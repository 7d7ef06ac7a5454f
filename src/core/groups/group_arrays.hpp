// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/call_arrays.hpp"

namespace ppatch {

// Reads the caller's arrays of one group call into views. A null array is one that the call does
// without: its view has no data.
class GroupArrays : public CallArrays {
 public:
  // The points are an input of every call.
  GroupArrays(const Reach& reach, const ppatch_array& points);

  // Numbers of points, (rows, size), or (rows,) where flat; rows or size -1: any, but at least one
  // column.
  IndexView indices(const char* name, const ppatch_array* array, std::int64_t rows,
                    std::int64_t size, bool flat = false);
  // That each of the indices names a point; `array` is the one that they were read from.
  void expect_points(IndexView indices, const CheckedArray& array, PlanEngine& engine) const;
  // Results of the given shape.
  CoordinateResultView result(const char* name, const ppatch_array* array,
                              std::initializer_list<DType> legal,
                              const std::vector<std::int64_t>& shape);

 private:
  std::int64_t point_count_;
};

}  // namespace ppatch
