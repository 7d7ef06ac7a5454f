// SPDX-License-Identifier: Apache-2.0
#include "core/group_arrays.hpp"

namespace ptychopatch {
namespace {

std::string text_of_extent(std::int64_t extent, const char* any) {
  return extent < 0 ? std::string(any) : text_of(extent);
}

}  // namespace

GroupArrays::GroupArrays(const Backend& backend, const ppatch_array& points) : backend_(backend) {
  arguments_.push_back({CheckedArray("points", &points, backend), false});
}

IndexView GroupArrays::indices(const char* name, const ppatch_array* given, std::int64_t rows,
                               std::int64_t size, bool flat) {
  const CheckedArray array(name, given, backend_);
  array.expect_dtype({DType::i32, DType::i64});
  const int ndim = flat ? 1 : 2;
  if (array.ndim() != ndim || (rows >= 0 && array.shape(0) != rows) ||
      (!flat && (size >= 0 ? array.shape(1) != size : array.shape(1) < 1))) {
    invalid(name, ": expected shape (", text_of_extent(rows, flat ? "Q" : "B"),
            flat ? "," : ", " + text_of_extent(size, "c"), "), got ",
            text_of_shape(given->shape, static_cast<std::size_t>(given->ndim)));
  }
  arguments_.push_back({array, false});
  return {array.data(),    array.dtype(),
          array.shape(0),  flat ? 1 : array.shape(1),
          array.stride(0), flat ? 0 : array.stride(1)};
}

CoordinateResultView GroupArrays::result(const char* name, const ppatch_array* given,
                                         std::initializer_list<DType> legal,
                                         const std::vector<std::int64_t>& shape) {
  const CheckedArray array(name, given, backend_);
  array.expect_dtype(legal);
  array.expect_shape(shape);
  arguments_.push_back({array, false});
  const bool three = array.ndim() == 3;
  return {array.data(), array.dtype(), array.stride(0), array.stride(1),
          three ? array.stride(2) : 0};
}

void GroupArrays::mark_output() {
  arguments_.back().output = true;
  arguments_.back().array.expect_writable();
}

void GroupArrays::check_outputs() const {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    for (std::size_t j = 0; j < arguments_.size(); ++j) {
      // Of two outputs, the later one is named.
      if (i == j || !arguments_[i].output || (arguments_[j].output && j > i)) continue;
      arguments_[i].array.expect_apart_from(arguments_[j].array);
    }
  }
}

}  // namespace ptychopatch
