// SPDX-License-Identifier: Apache-2.0
#include "core/groups/group_arrays.hpp"

#include "core/host_copy.hpp"

namespace ppatch {
namespace {

std::string text_of_extent(std::int64_t extent, const char* any) {
  return extent < 0 ? std::string(any) : text_of(extent);
}

}  // namespace

GroupArrays::GroupArrays(const Reach& reach, const ppatch_array& points)
    : CallArrays(reach), point_count_(points.shape[0]) {
  read("points", &points);
}

IndexView GroupArrays::indices(const char* name, const ppatch_array* given, std::int64_t rows,
                               std::int64_t size, bool flat) {
  const CheckedArray& array = read(name, given);
  array.expect_dtype({DType::i32, DType::i64});
  const int ndim = flat ? 1 : 2;
  if (array.ndim() != ndim || (rows >= 0 && array.shape(0) != rows) ||
      (!flat && (size >= 0 ? array.shape(1) != size : array.shape(1) < 1))) {
    invalid(name, ": expected shape (", text_of_extent(rows, flat ? "Q" : "B"),
            flat ? "," : ", " + text_of_extent(size, "c"), "), got ",
            text_of_shape(given->shape, static_cast<std::size_t>(given->ndim)));
  }
  return {array.data(),    array.dtype(),
          array.shape(0),  flat ? 1 : array.shape(1),
          array.stride(0), flat ? 0 : array.stride(1)};
}

void GroupArrays::expect_points(IndexView indices, const CheckedArray& array,
                                PlanEngine& engine) const {
  const HostCopy on_host(array, engine);
  indices.data = const_cast<void*>(on_host.data());
  for (std::int64_t row = 0; row < indices.count; ++row) {
    for (std::int64_t column = 0; column < indices.size; ++column) {
      const std::int64_t index = read_index(indices, row, column);
      if (index >= 0 && index < point_count_) continue;
      const std::string place = indices.size > 1 ? text_of(row, ", ", column) : text_of(row);
      invalid(array.name(), "[", place, "]: expected the number of one of the ", point_count_,
              " points, got ", index);
    }
  }
}

CoordinateResultView GroupArrays::result(const char* name, const ppatch_array* given,
                                         std::initializer_list<DType> legal,
                                         const std::vector<std::int64_t>& shape) {
  const CheckedArray& array = read(name, given);
  array.expect_dtype(legal);
  array.expect_shape(shape);
  const bool three = array.ndim() == 3;
  return {array.data(), array.dtype(), array.stride(0), array.stride(1),
          three ? array.stride(2) : 0};
}

}  // namespace ppatch
