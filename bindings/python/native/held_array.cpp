// SPDX-License-Identifier: Apache-2.0
#include "held_array.hpp"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

namespace ptychopatch::python {
namespace {

constexpr const char* interface = "__cuda_array_interface__";

template <class... Parts>
std::string sentence(const char* name, const Parts&... parts) {
  std::string text = name;
  ((text += parts), ...);
  return text;
}

template <class... Parts>
[[noreturn]] void refuse(const char* name, const Parts&... parts) {
  throw nb::value_error(sentence(name, parts...).c_str());
}

[[noreturn]] void refuse_read_only(const char* name) {
  refuse(name, ": expected an array that can be written, got a read-only one");
}

// By NumPy's letter for a kind of numbers, and bytes; bool counts as uint8.
ppatch_dtype dtype_of(const char* name, char kind, std::int64_t size, const std::string& came,
                      const char* what = "an array") {
  struct Type {
    std::int64_t size;
    ppatch_dtype dtype;
    char kind;
  };
  static constexpr Type types[] = {
      {4, PPATCH_F32, 'f'}, {8, PPATCH_F64, 'f'}, {8, PPATCH_C64, 'c'}, {16, PPATCH_C128, 'c'},
      {4, PPATCH_I32, 'i'}, {8, PPATCH_I64, 'i'}, {2, PPATCH_U16, 'u'}, {2, PPATCH_I16, 'i'},
      {1, PPATCH_U8, 'u'},  {1, PPATCH_U8, 'b'}};
  const auto* found = std::find_if(std::begin(types), std::end(types), [&](const Type& type) {
    return type.kind == kind && type.size == size;
  });
  if (found != std::end(types)) return found->dtype;
  refuse(name, ": expected ", what,
         " of float32, float64, complex64, complex128, int32, int64, uint16, int16 or uint8, got ",
         came);
}

// The kind that a format of Python's struct module tells, '?' for none.
char kind_of_format(std::string_view format) {
  if (!format.empty() && std::string_view("@=<").find(format[0]) != std::string_view::npos) {
    format.remove_prefix(1);
  }
  if (format == "Zf" || format == "Zd") return 'c';
  if (format.size() != 1) return '?';
  for (const std::string_view letters : {"ffd", "ihilq", "uHB", "b?"}) {
    if (letters.find(format[0], 1) != std::string_view::npos) return letters[0];
  }
  return '?';
}

char kind_of(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  if (type.lanes != 1) return '?';
  switch (static_cast<Code>(type.code)) {
    case Code::Float:
      return 'f';
    case Code::Complex:
      return 'c';
    case Code::Int:
      return 'i';
    case Code::UInt:
      return 'u';
    case Code::Bool:
      return 'b';
    default:
      return '?';
  }
}

// stride(axis, contiguous): in bytes, given what it would be in a contiguous array.
template <class Extent, class Stride>
ppatch_array describe(const char* name, const void* data, ppatch_dtype dtype, std::size_t ndim,
                      const Extent& extent, const Stride& stride) {
  if (ndim < 1 || ndim > PPATCH_MAX_NDIM) {
    refuse(name, ": expected an array of 1 to 8 axes, got ", std::to_string(ndim));
  }
  std::int64_t shape[PPATCH_MAX_NDIM];
  for (std::size_t d = 0; d < ndim; ++d) shape[d] = static_cast<std::int64_t>(extent(d));
  ppatch_array array = ppatch_array_c(data, dtype, static_cast<std::int32_t>(ndim), shape);
  const std::int64_t size = ppatch_dtype_size(dtype);
  for (std::size_t d = 0; d < ndim; ++d) {
    const std::int64_t step = stride(d, array.strides[d] * size);
    if (step % size != 0 && shape[d] > 1) {
      refuse(name, ": expected strides of whole elements, ", std::to_string(size),
             " bytes each, got a stride of ", std::to_string(step), " bytes");
    }
    array.strides[d] = step / size;
  }
  return array;
}

}  // namespace

HeldArray::HeldArray(const char* name, nb::handle array, Access access) {
  const bool writes = access == Access::write;
  if (PyObject_CheckBuffer(array.ptr()) != 0) {
    take_buffer(name, array, writes);
    return;
  }
  if (take_tensor(name, array, writes) || take_cuda_array(name, array, writes)) return;
  throw nb::type_error(sentence(name, ": expected an array, NumPy's or one that DLPack or ",
                                interface, " shares, got ", nb::type_name(array.type()).c_str())
                           .c_str());
}

void HeldArray::take_buffer(const char* name, nb::handle array, bool writes) {
  Py_buffer& view = buffer_.view;
  if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_STRIDES | PyBUF_FORMAT) != 0) {
    PyErr_Clear();
    dtype_of(name, '?', 0, "one that has no buffer of numbers");
  }
  if (writes && view.readonly != 0) refuse_read_only(name);
  const std::string format = view.format ? view.format : "B";
  const ppatch_dtype dtype =
      dtype_of(name, kind_of_format(format), view.itemsize, "the format '" + format + "'");
  array_ = describe(
      name, view.buf, dtype, static_cast<std::size_t>(view.ndim),
      [&](std::size_t d) { return view.shape[d]; },
      [&](std::size_t d, std::int64_t) { return view.strides[d]; });
}

bool HeldArray::take_tensor(const char* name, nb::handle array, bool writes) {
  // DLPack would pass a tensor on without its history.
  if (nb::cast<bool>(nb::getattr(array, "requires_grad", nb::bool_(false)))) {
    throw nb::type_error(sentence(name,
                                  ": expected a tensor that requires no gradient: take "
                                  "tensor.detach(), or the functions of ptychopatch.torch")
                             .c_str());
  }
  nb::ndarray<> writable;
  if (!(writes ? nb::try_cast(array, writable, false) : nb::try_cast(array, tensor_, false))) {
    return false;
  }
  if (writes) tensor_ = nb::ndarray<nb::ro>(writable);
  const nb::dlpack::dtype type = tensor_.dtype();
  const std::int64_t size = type.bits / 8;
  const nb::object own = nb::getattr(array, "dtype", nb::str("another type"));
  array_ = describe(
      name, tensor_.data(), dtype_of(name, kind_of(type), size, nb::str(own).c_str(), "a tensor"),
      tensor_.ndim(), [&](std::size_t d) { return tensor_.shape(d); },
      [&](std::size_t d, std::int64_t) { return tensor_.stride(d) * size; });
  array_.device_type = tensor_.device_type();
  array_.device_id = tensor_.device_id();
  return true;
}

bool HeldArray::take_cuda_array(const char* name, nb::handle array, bool writes) {
  if (!nb::hasattr(array, interface)) return false;
  const nb::dict told = nb::cast<nb::dict>(array.attr(interface));
  const auto typestr = nb::cast<std::string>(told["typestr"]);
  const nb::tuple shape = nb::cast<nb::tuple>(told["shape"]);
  const nb::tuple data = nb::cast<nb::tuple>(told["data"]);
  const nb::object strides = told.contains("strides") ? nb::object(told["strides"]) : nb::none();
  const bool known = typestr.size() > 2 && (typestr[0] == '<' || typestr[0] == '|');
  const ppatch_dtype dtype =
      dtype_of(name, known ? typestr[1] : '?', known ? std::atoi(typestr.c_str() + 2) : 0, typestr);
  if (writes && nb::cast<bool>(data[1])) refuse_read_only(name);
  array_ = describe(
      name, address_of(nb::cast<nb::int_>(data[0])), dtype, nb::len(shape),
      [&](std::size_t d) { return nb::cast<std::int64_t>(shape[d]); },
      [&](std::size_t d, std::int64_t contiguous) {
        return strides.is_none() ? contiguous : nb::cast<std::int64_t>(strides[d]);
      });
  array_.device_type = PPATCH_DEVICE_CUDA;
  other_ = nb::borrow(array);
  return true;
}

}  // namespace ptychopatch::python
