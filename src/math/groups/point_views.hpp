// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/enums.hpp"
#include "math/hd.hpp"

// Views of the caller's arrays of points, of their numbers, and of what is computed for them.
// Strides count elements.
namespace ppatch {

// n points of two coordinates.
struct PointView {
  const void* data = nullptr;
  DType dtype = DType::f64;
  std::int64_t count = 0;
  std::int64_t stride_point = 0, stride_axis = 0;
};

// Numbers of points, (count, size); no data: not asked for, or, of queries, all points.
struct IndexView {
  void* data = nullptr;
  DType dtype = DType::i64;
  std::int64_t count = 0, size = 1;
  std::int64_t stride_row = 0, stride_column = 0;
};

// f32 or f64, (count, size, 2), or (count, size) with stride_axis unused; no data: not asked for.
struct CoordinateResultView {
  void* data = nullptr;
  DType dtype = DType::f64;
  std::int64_t stride_row = 0, stride_column = 0, stride_axis = 0;
};

PPATCH_HD std::int64_t read_index(const IndexView& view, std::int64_t row, std::int64_t column) {
  const std::int64_t at = row * view.stride_row + column * view.stride_column;
  return view.dtype == DType::i32 ? static_cast<const std::int32_t*>(view.data)[at]
                                  : static_cast<const std::int64_t*>(view.data)[at];
}

PPATCH_HD void write_index(const IndexView& view, std::int64_t row, std::int64_t column,
                           std::int64_t value) {
  const std::int64_t at = row * view.stride_row + column * view.stride_column;
  if (view.dtype == DType::i32) {
    static_cast<std::int32_t*>(view.data)[at] = static_cast<std::int32_t>(value);
  } else {
    static_cast<std::int64_t*>(view.data)[at] = value;
  }
}

PPATCH_HD void write_coordinate(const CoordinateResultView& view, std::int64_t row,
                                std::int64_t column, int axis, double value) {
  const std::int64_t at =
      row * view.stride_row + column * view.stride_column + axis * view.stride_axis;
  if (view.dtype == DType::f32) {
    static_cast<float*>(view.data)[at] = static_cast<float>(value);
  } else {
    static_cast<double*>(view.data)[at] = value;
  }
}

}  // namespace ppatch
