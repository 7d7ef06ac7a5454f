// SPDX-License-Identifier: Apache-2.0
#include "core/array_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/dtype.hpp"
#include "core/dtype_dispatch.hpp"

namespace ppatch {
namespace {

// Indices and byte offsets stay below this, so that no later sum of a few of them overflows.
constexpr std::int64_t max_extent = std::int64_t{1} << 60;

}  // namespace

const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "F32";
    case DType::f64:
      return "F64";
    case DType::c64:
      return "C64";
    case DType::c128:
      return "C128";
    case DType::i32:
      return "I32";
    case DType::i64:
      return "I64";
    case DType::u16:
      return "U16";
    case DType::u8:
      return "U8";
    case DType::i16:
      return "I16";
  }
  return "no dtype";
}

DType real_type_of(DType dtype) {
  with_pixel(dtype, [&](auto pixel) { dtype = dtype_of<typename decltype(pixel)::Scalar>; });
  return dtype;
}

std::string text_of_shape(const std::int64_t* shape, std::size_t ndim) {
  std::string text = "(";
  for (std::size_t d = 0; d < ndim; ++d) {
    text += text_of(d > 0 ? ", " : "", shape[d]);
  }
  return text + (ndim == 1 ? ",)" : ")");
}

CheckedArray::CheckedArray(const char* name, const ppatch_array* array, const Reach& machine)
    : name_(name), array_(array) {
  expect_pointer(name, "an array", array);
  const std::int64_t size = size_of(array->dtype);
  if (size == 0) invalid(name, ".dtype: expected a ppatch_dtype, got ", array->dtype);
  if (array->ndim < 1 || array->ndim > PPATCH_MAX_NDIM) {
    invalid(name, ".ndim: expected 1 to ", PPATCH_MAX_NDIM, ", got ", array->ndim);
  }
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::int64_t count = 1;
  for (int d = 0; d < array->ndim; ++d) {
    const std::int64_t n = array->shape[d];
    if (n < 0) invalid(name, ".shape[", d, "]: expected at least 0, got ", n);
    empty_ = empty_ || n == 0;
  }
  for (int d = 0; d < array->ndim && !empty_; ++d) {
    const std::int64_t n = array->shape[d];
    const std::int64_t stride = array->strides[d];
    std::int64_t reach = 0;
    const bool overflows = __builtin_mul_overflow(count, n, &count) ||
                           __builtin_mul_overflow(n - 1, stride, &reach) || reach > max_extent ||
                           reach < -max_extent;
    if (!overflows) (reach < 0 ? before : after) += reach;
    if (overflows || count > max_extent / size || after > max_extent / size ||
        before < -max_extent / size) {
      invalid(name, ": expected an array whose elements 64-bit offsets can address, got shape ",
              text_of_shape(array->shape, static_cast<std::size_t>(array->ndim)), " with stride ",
              stride, " on axis ", d);
    }
  }
  if (empty_) return;
  if (!array->data) {
    invalid(name, ".data: expected memory for shape ",
            text_of_shape(array->shape, static_cast<std::size_t>(array->ndim)), ", got NULL");
  }
  if (!machine.accepts(array->device_type, array->device_id)) {
    invalid(name, ".device_type: expected memory that ", machine.device_name(),
            " can reach (PPATCH_DEVICE_HOST on the CPU), got device type ", array->device_type,
            ", device ", array->device_id);
  }
  const auto address = reinterpret_cast<std::uintptr_t>(array->data);
  const auto alignment = static_cast<std::uintptr_t>(size / components());
  if (address % alignment != 0) {
    invalid(name, ".data: expected an address that is a multiple of ", alignment, " for ",
            name_of(dtype()), ", got ", array->data);
  }
  if (address < static_cast<std::uintptr_t>(-before * size) ||
      address > UINTPTR_MAX - static_cast<std::uintptr_t>((after + 1) * size)) {
    invalid(name, ".strides: expected offsets within the address space, got ", before * size,
            " to ", after * size, " bytes from the data pointer");
  }
  first_ = address + static_cast<std::uintptr_t>(before * size);
  last_ = address + static_cast<std::uintptr_t>((after + 1) * size);
}

int CheckedArray::components() const {
  int components = 1;
  with_pixel(dtype(), [&](auto pixel) { components = decltype(pixel)::components; });
  return components;
}

ImageView image_view(const CheckedArray& array) {
  const int y = array.ndim() - 2;
  return {array.data(),    array.dtype(),      y > 0 ? array.shape(y - 1) : 1,
          array.shape(y),  array.shape(y + 1), y > 0 ? array.stride(y - 1) : 0,
          array.stride(y), array.stride(y + 1)};
}

void CheckedArray::expect_dtype(std::span<const DType> legal) const {
  if (std::find(legal.begin(), legal.end(), dtype()) != legal.end()) return;
  std::string names;
  for (const DType d : legal) names += text_of(names.empty() ? "" : " or ", name_of(d));
  invalid(name_, ".dtype: expected ", names, ", got ", name_of(dtype()));
}

void CheckedArray::expect_shape(const std::vector<std::int64_t>& expected) const {
  const auto ndim = static_cast<std::size_t>(array_->ndim);
  if (std::equal(expected.begin(), expected.end(), array_->shape, array_->shape + ndim)) return;
  invalid(name_, ": expected shape ", text_of_shape(expected.data(), expected.size()), ", got ",
          text_of_shape(array_->shape, ndim));
}

void CheckedArray::expect_host() const {
  if (!on_device()) return;
  invalid(name_,
          ".device_type: expected host memory, PPATCH_DEVICE_HOST (1) or _CUDA_HOST (3), got ",
          array_->device_type);
}

void CheckedArray::expect_writable() const {
  if (empty_) return;
  std::vector<std::pair<std::int64_t, std::int64_t>> axes;  // |stride|, extent
  for (int d = 0; d < array_->ndim; ++d) {
    if (array_->shape[d] > 1) axes.emplace_back(std::abs(array_->strides[d]), array_->shape[d]);
  }
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = 0;
  for (const auto& [stride, extent] : axes) {
    if (stride <= reach) {
      invalid(name_, ".strides: expected an output that does not overlap itself, got stride ",
              stride, " within the ", reach + 1, " elements that the faster axes span");
    }
    reach += stride * (extent - 1);
  }
}

void CheckedArray::expect_apart_from(const CheckedArray& other) const {
  if (empty_ || other.empty_ || last_ <= other.first_ || other.last_ <= first_) return;
  invalid(name_, ": expected memory apart from ", other.name_,
          "'s, got an output that shares bytes with it");
}

}  // namespace ppatch
