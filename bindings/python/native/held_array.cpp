// SPDX-License-Identifier: Apache-2.0
#include "held_array.hpp"

#include <string>

#include "cuda_array.hpp"

namespace ptychopatch::python {
namespace {

constexpr const char* kTypes =
    "float32, float64, complex64, complex128, int32, int64, uint16, int16 or uint8";

template <class... Parts>
[[noreturn]] void refuse(const char* name, const Parts&... parts) {
  std::string text = name;
  ((text += parts), ...);
  throw nb::value_error(text.c_str());
}

// The library's type for a letter of Python's struct module, 0 for any other. bool counts as uint8.
ppatch_dtype dtype_of(const char* format, std::int64_t size) {
  if (!format) return PPATCH_U8;
  if (*format == '@' || *format == '=' || *format == '<') ++format;
  const std::string text = format;
  if (text == "f") return PPATCH_F32;
  if (text == "d") return PPATCH_F64;
  if (text == "Zf") return PPATCH_C64;
  if (text == "Zd") return PPATCH_C128;
  if (text == "i" || text == "l" || text == "q") return size == 4 ? PPATCH_I32 : PPATCH_I64;
  if (text == "H") return PPATCH_U16;
  if (text == "h") return PPATCH_I16;
  if (text == "B" || text == "?") return PPATCH_U8;
  return 0;
}

ppatch_dtype dtype_of(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  if (type.lanes != 1) return 0;
  switch (static_cast<Code>(type.code)) {
    case Code::Float:
      return type.bits == 32 ? PPATCH_F32 : type.bits == 64 ? PPATCH_F64 : 0;
    case Code::Complex:
      return type.bits == 64 ? PPATCH_C64 : type.bits == 128 ? PPATCH_C128 : 0;
    case Code::Int:
      return type.bits == 16   ? PPATCH_I16
             : type.bits == 32 ? PPATCH_I32
             : type.bits == 64 ? PPATCH_I64
                               : 0;
    case Code::UInt:
      return type.bits == 16 ? PPATCH_U16 : type.bits == 8 ? PPATCH_U8 : 0;
    case Code::Bool:
      return type.bits == 8 ? PPATCH_U8 : 0;
    default:
      return 0;
  }
}

void check_ndim(const char* name, std::int64_t ndim) {
  if (ndim < 1 || ndim > PPATCH_MAX_NDIM) {
    refuse(name, ": expected an array of 1 to 8 axes, got ", std::to_string(ndim));
  }
}

}  // namespace

HeldArray::HeldArray(const char* name, nb::handle array, Access access) {
  array_.device_type = PPATCH_DEVICE_HOST;
  if (PyObject_CheckBuffer(array.ptr()) == 0) {
    take_tensor(name, array, access);
  } else if (!take_buffer(name, array, access)) {
    refuse(name, ": expected an array that can be written, got a read-only one");
  }
}

HeldArray::~HeldArray() {
  if (buffer_.obj) PyBuffer_Release(&buffer_);
}

bool HeldArray::take_buffer(const char* name, nb::handle array, Access access) {
  const int wanted = PyBUF_STRIDES | PyBUF_FORMAT;
  const int writable = access == Access::kWrite ? PyBUF_WRITABLE : 0;
  if (PyObject_GetBuffer(array.ptr(), &buffer_, wanted | writable) != 0) {
    PyErr_Clear();
    if (writable != 0 && PyObject_GetBuffer(array.ptr(), &buffer_, wanted) == 0) return false;
    PyErr_Clear();
    refuse(name, ": expected an array of ", kTypes, ", got one that has no buffer of numbers");
  }
  // From here on the destructor does not run where anything is thrown.
  const auto refuse_buffer = [&](const auto&... parts) {
    PyBuffer_Release(&buffer_);
    refuse(name, parts...);
  };
  const std::int64_t size = buffer_.itemsize;
  array_.dtype = dtype_of(buffer_.format, size);
  if (array_.dtype == 0) {
    refuse_buffer(": expected an array of ", kTypes, ", got the format '",
                  std::string(buffer_.format), "'");
  }
  if (buffer_.ndim < 1 || buffer_.ndim > PPATCH_MAX_NDIM) {
    const int ndim = buffer_.ndim;
    PyBuffer_Release(&buffer_);
    check_ndim(name, ndim);
  }
  array_.data = buffer_.buf;
  array_.ndim = buffer_.ndim;
  for (int d = 0; d < buffer_.ndim; ++d) {
    array_.shape[d] = buffer_.shape[d];
    array_.strides[d] = buffer_.strides[d] / size;
    if (buffer_.strides[d] % size != 0 && buffer_.shape[d] > 1) {
      refuse_buffer(": expected strides of whole elements, ", std::to_string(size),
                    " bytes each, got a stride of ", std::to_string(buffer_.strides[d]), " bytes");
    }
  }
  return true;
}

void HeldArray::take_tensor(const char* name, nb::handle array, Access access) {
  const auto describe = [&](const auto& tensor) {
    array_.data = const_cast<void*>(static_cast<const void*>(tensor.data()));
    array_.dtype = dtype_of(tensor.dtype());
    if (array_.dtype == 0) refuse(name, ": expected a tensor of ", kTypes);
    check_ndim(name, static_cast<std::int64_t>(tensor.ndim()));
    array_.ndim = static_cast<std::int32_t>(tensor.ndim());
    for (std::size_t d = 0; d < tensor.ndim(); ++d) {
      array_.shape[d] = static_cast<std::int64_t>(tensor.shape(d));
      array_.strides[d] = tensor.stride(d);
    }
    array_.device_type = tensor.device_type();
    array_.device_id = tensor.device_id();
  };
  // DLPack would pass a tensor on without its history.
  if (nb::cast<bool>(nb::getattr(array, "requires_grad", nb::bool_(false)))) {
    throw nb::type_error((std::string(name) +
                          ": expected a tensor that requires no gradient: take tensor.detach(), or "
                          "the functions of ptychopatch.torch")
                             .c_str());
  }
  const bool found = access == Access::kWrite ? nb::try_cast(array, tensor_, false)
                                              : nb::try_cast(array, read_only_tensor_, false);
  if (!found && describe_cuda_array(name, array, access == Access::kWrite, &array_)) {
    other_ = nb::borrow(array);
    return;
  }
  if (!found) {
    throw nb::type_error(
        (std::string(name) +
         ": expected an array, NumPy's or one that DLPack or __cuda_array_interface__ "
         "shares, got " +
         nb::type_name(array.type()).c_str())
            .c_str());
  }
  access == Access::kWrite ? describe(tensor_) : describe(read_only_tensor_);
}

}  // namespace ptychopatch::python
