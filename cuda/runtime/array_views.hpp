// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dtype.hpp"
#include "cuda/runtime/device.hpp"
#include "cuda/runtime/strided_array.hpp"
#include "math/groups/point_views.hpp"
#include "math/patches/patch_views.hpp"

namespace ppatch {

// An array of a call, as a view and as bytes. Its first axis is the one that chunks are slices of:
// rows, images, or groups of positions.
template <class View>
struct ViewedArray {
  const char* name = nullptr;
  View view;
  StridedArray bytes;
  std::int64_t scalar = 1;        // bytes of what strides count
  std::int64_t rows_a_slice = 1;  // of the call's rows that one element of the first axis holds
  std::int64_t View::*stride[StridedArray::max_axes] = {};

  // scalars: of an element.
  ViewedArray(const char* of, const View& given, std::int64_t size, std::int64_t scalars)
      : name(of), view(given), scalar(size) {
    bytes.data = static_cast<unsigned char*>(const_cast<void*>(view.data));
    bytes.element = size * scalars;
  }
  void add_axis(std::int64_t extent, std::int64_t View::*step) {
    stride[bytes.axes] = step;
    bytes.add_axis(extent, view.*step * scalar);
  }

  // Whether kernels must have it copied; without elements it is not looked at.
  bool is_on_host() const {
    return view.data && bytes.count() > 0 && !device::reaches(name, view.data);
  }
  // Rows [first, last) of the call.
  StridedArray slice(std::int64_t first, std::int64_t last) const {
    return bytes.slice(first / rows_a_slice, last / rows_a_slice);
  }
  // Their view, where they are, or in a packed copy of theirs.
  View at(std::int64_t first, std::int64_t last) const {
    View part = view;
    if (view.data) part.data = slice(first, last).data;
    if constexpr (requires { part.count; }) part.count = last - first;
    return part;
  }
  View packed_at(void* copy, std::int64_t first, std::int64_t last) const {
    View part = at(first, last);
    part.data = copy;
    std::int64_t step = bytes.element / scalar;
    for (int axis = bytes.axes - 1; axis >= 0; --axis) {
      part.*stride[axis] = step;
      step *= bytes.extent[axis];
    }
    return part;
  }
  std::int64_t rows() const { return bytes.extent[0] * rows_a_slice; }
};

// One function for each type of view. size, scalars: bytes of a scalar, and scalars of an element.

inline ViewedArray<ImageView> array_of(const char* name, const ImageView& view, std::int64_t size,
                                       std::int64_t scalars) {
  ViewedArray<ImageView> array(name, view, size, scalars);
  array.add_axis(view.count, &ImageView::stride_image);
  array.add_axis(view.height, &ImageView::stride_y);
  array.add_axis(view.width, &ImageView::stride_x);
  return array;
}

// Rows are positions.
inline ViewedArray<PatchView> array_of(const char* name, const PatchView& view, std::int64_t size,
                                       std::int64_t scalars) {
  ViewedArray<PatchView> array(name, view, size, scalars);
  array.rows_a_slice = view.group_size;
  array.add_axis(view.count / view.group_size, &PatchView::stride_group);
  array.add_axis(view.group_size, &PatchView::stride_member);
  array.add_axis(view.images, &PatchView::stride_image);
  array.add_axis(view.modes, &PatchView::stride_mode);
  array.add_axis(view.height, &PatchView::stride_y);
  array.add_axis(view.width, &PatchView::stride_x);
  return array;
}

// The probe of each position, or, without positions, the one that all share.
inline ViewedArray<ProbeView> array_of(const char* name, const ProbeView& view,
                                       std::int64_t positions, std::int64_t height,
                                       std::int64_t width, std::int64_t size,
                                       std::int64_t scalars) {
  ViewedArray<ProbeView> array(name, view, size, scalars);
  if (!view.shared) array.add_axis(positions, &ProbeView::stride_position);
  array.add_axis(view.modes, &ProbeView::stride_mode);
  array.add_axis(height, &ProbeView::stride_y);
  array.add_axis(width, &ProbeView::stride_x);
  return array;
}

inline ViewedArray<PositionResultView> array_of(const char* name, const PositionResultView& view,
                                                std::int64_t positions, std::int64_t images,
                                                std::int64_t columns, std::int64_t size) {
  ViewedArray<PositionResultView> array(name, view, size, 1);
  array.add_axis(positions, &PositionResultView::stride_position);
  array.add_axis(images, &PositionResultView::stride_image);
  array.add_axis(columns, &PositionResultView::stride_axis);
  return array;
}

inline std::int64_t size_of(DType dtype) { return size_of(static_cast<ppatch_dtype>(dtype)); }

inline ViewedArray<PointView> array_of(const char* name, const PointView& view) {
  ViewedArray<PointView> array(name, view, size_of(view.dtype), 1);
  array.add_axis(view.count, &PointView::stride_point);
  array.add_axis(2, &PointView::stride_axis);
  return array;
}

inline ViewedArray<IndexView> array_of(const char* name, const IndexView& view) {
  ViewedArray<IndexView> array(name, view, size_of(view.dtype), 1);
  array.add_axis(view.count, &IndexView::stride_row);
  array.add_axis(view.size, &IndexView::stride_column);
  return array;
}

// axes: 1 where there are none.
inline ViewedArray<CoordinateResultView> array_of(const char* name,
                                                  const CoordinateResultView& view,
                                                  std::int64_t rows, std::int64_t columns,
                                                  std::int64_t axes) {
  ViewedArray<CoordinateResultView> array(name, view, size_of(view.dtype), 1);
  array.add_axis(rows, &CoordinateResultView::stride_row);
  array.add_axis(columns, &CoordinateResultView::stride_column);
  if (axes > 1) array.add_axis(axes, &CoordinateResultView::stride_axis);
  return array;
}

}  // namespace ppatch
