// SPDX-License-Identifier: Apache-2.0
//
// C++17 RAII over the C API. Header-only, exports nothing; ptychopatch.h documents every call.
// A failing call throws ptychopatch::Error. Every function of the C API is here, and a plan borrows
// memory where a function's name says so and nowhere else.
//
//     ptychopatch::Context context;
//     ptychopatch::ScenePlan plan(context, ptychopatch::scene_options(4000, 6000,
//                                                                     ptychopatch::cfa("RGGB")));
//     plan.borrow_reference(reference);
//     std::vector<ppatch_shift> shifts = plan.align(images);
#ifndef PTYCHOPATCH_PTYCHOPATCH_HPP_
#define PTYCHOPATCH_PTYCHOPATCH_HPP_

#include <complex>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace ptychopatch {

// what() is ppatch_last_error(), status() the code.
class Error : public std::runtime_error {
 public:
  Error(ppatch_status status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  ppatch_status status() const { return status_; }

 private:
  ppatch_status status_;
};

inline void check(ppatch_status status) {
  if (status != PPATCH_OK) throw Error(status, ppatch_last_error());
}

namespace detail {

// A structure of options or information, as its size tells the library.
template <class T>
T sized() {
  T structure{};
  structure.struct_size = sizeof structure;
  return structure;
}

template <class Handle, class Info>
Info info_of(const Handle* handle, ppatch_status (*get_info)(const Handle*, Info*)) {
  Info info = sized<Info>();
  check(get_info(handle, &info));
  return info;
}

template <class Plan, void (*destroy)(Plan*)>
struct Destroy {
  void operator()(Plan* plan) const { destroy(plan); }
};

}  // namespace detail

// ---- The library ------------------------------------------------------------------------------

inline std::int32_t version() { return ppatch_version(); }
inline const char* version_string() { return ppatch_version_string(); }
inline std::int32_t abi_version() { return ppatch_abi_version(); }
inline const char* status_string(ppatch_status status) { return ppatch_status_string(status); }

// The number of devices; throws where the backend cannot be used.
inline std::int32_t backend_probe(ppatch_backend backend) {
  std::int32_t device_count = 0;
  check(ppatch_backend_probe(backend, &device_count));
  return device_count;
}

// ---- Arrays -----------------------------------------------------------------------------------

using Array = ppatch_array;

template <ppatch_dtype dtype>
using DTypeConstant = std::integral_constant<ppatch_dtype, dtype>;
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> : DTypeConstant<PPATCH_F32> {};
template <>
struct DTypeOf<double> : DTypeConstant<PPATCH_F64> {};
template <>
struct DTypeOf<std::complex<float>> : DTypeConstant<PPATCH_C64> {};
template <>
struct DTypeOf<std::complex<double>> : DTypeConstant<PPATCH_C128> {};
template <>
struct DTypeOf<std::int32_t> : DTypeConstant<PPATCH_I32> {};
template <>
struct DTypeOf<std::int64_t> : DTypeConstant<PPATCH_I64> {};
template <>
struct DTypeOf<std::uint16_t> : DTypeConstant<PPATCH_U16> {};
template <>
struct DTypeOf<std::uint8_t> : DTypeConstant<PPATCH_U8> {};
template <>
struct DTypeOf<std::int16_t> : DTypeConstant<PPATCH_I16> {};

inline std::int64_t dtype_size(ppatch_dtype dtype) { return ppatch_dtype_size(dtype); }

// A C-contiguous host array over the caller's memory, of a type known only at run time.
inline Array array(const void* data, ppatch_dtype dtype, const std::vector<std::int64_t>& shape) {
  if (shape.size() > PPATCH_MAX_NDIM) {
    throw Error(PPATCH_ERROR_INVALID_ARGUMENT, "an array has at most 8 axes");
  }
  return ppatch_array_c(data, dtype, static_cast<std::int32_t>(shape.size()), shape.data());
}

template <class T>
Array array(const T* data, const std::vector<std::int64_t>& shape) {
  return array(data, DTypeOf<T>::value, shape);
}

inline ppatch_context_options context_options() { return detail::sized<ppatch_context_options>(); }

// ---- Context ----------------------------------------------------------------------------------

// Shared: copies name the same context.
class Context {
 public:
  explicit Context(const ppatch_context_options& options = context_options()) {
    ppatch_context* raw = nullptr;
    check(ppatch_context_create(&raw, &options));
    context_.reset(raw, &ppatch_context_destroy);
  }

  ppatch_context* get() const { return context_.get(); }

  ppatch_context_info info() const { return detail::info_of(get(), &ppatch_context_get_info); }

  void synchronize() const { check(ppatch_context_synchronize(get())); }

 private:
  std::shared_ptr<ppatch_context> context_;
};

}  // namespace ptychopatch

#include "ptychopatch/groups.hpp"
#include "ptychopatch/patches.hpp"
#include "ptychopatch/registration.hpp"

#endif  // PTYCHOPATCH_PTYCHOPATCH_HPP_
