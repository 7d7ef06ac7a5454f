// SPDX-License-Identifier: Apache-2.0
#include "cuda_array.hpp"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "context.hpp"

namespace ptychopatch::python {
namespace {

constexpr const char* kInterface = "__cuda_array_interface__";

ppatch_dtype dtype_of(const std::string& typestr) {
  static constexpr std::pair<const char*, ppatch_dtype> kTypes[] = {
      {"<f4", PPATCH_F32}, {"<f8", PPATCH_F64}, {"<c8", PPATCH_C64}, {"<c16", PPATCH_C128},
      {"<i4", PPATCH_I32}, {"<i8", PPATCH_I64}, {"<u2", PPATCH_U16}, {"<i2", PPATCH_I16},
      {"|u1", PPATCH_U8},  {"|b1", PPATCH_U8}};
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const auto& type) { return typestr == type.first; });
  return found == std::end(kTypes) ? 0 : found->second;
}

}  // namespace

bool describe_cuda_array(const char* name, nb::handle array, bool writes,
                         ppatch_array* description) {
  if (!nb::hasattr(array, kInterface)) return false;
  const auto refuse = [&](const std::string& what) {
    throw nb::value_error((std::string(name) + ": expected " + what).c_str());
  };
  const nb::dict told = nb::cast<nb::dict>(array.attr(kInterface));
  const auto typestr = nb::cast<std::string>(told["typestr"]);
  const nb::tuple shape = nb::cast<nb::tuple>(told["shape"]);
  const nb::tuple data = nb::cast<nb::tuple>(told["data"]);
  const auto ndim = static_cast<std::int32_t>(nb::len(shape));
  ppatch_array made{};
  made.dtype = dtype_of(typestr);
  if (made.dtype == 0) {
    refuse(
        "an array of float32, float64, complex64, complex128, int32, int64, uint16, int16 or "
        "uint8, got " +
        typestr);
  }
  if (ndim < 1 || ndim > PPATCH_MAX_NDIM) {
    refuse("an array of 1 to 8 axes, got " + std::to_string(ndim));
  }
  if (writes && nb::cast<bool>(data[1])) {
    refuse("an array that can be written, got a read-only one");
  }
  std::int64_t extents[PPATCH_MAX_NDIM];
  for (std::int32_t d = 0; d < ndim; ++d) extents[d] = nb::cast<std::int64_t>(shape[d]);
  made = ppatch_array_c(address_of(nb::cast<nb::int_>(data[0])), made.dtype, ndim, extents);
  const nb::object strides = told.contains("strides") ? nb::object(told["strides"]) : nb::none();
  const std::int64_t size = ppatch_dtype_size(made.dtype);
  for (std::int32_t d = 0; d < ndim && !strides.is_none(); ++d) {
    const auto step = nb::cast<std::int64_t>(strides[d]);
    if (step % size != 0 && extents[d] > 1) {
      refuse("strides of whole elements, " + std::to_string(size) +
             " bytes each, got a stride of " + std::to_string(step) + " bytes");
    }
    made.strides[d] = step / size;
  }
  made.device_type = PPATCH_DEVICE_CUDA;
  *description = made;
  return true;
}

}  // namespace ptychopatch::python
