// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

namespace nb = nanobind;

// The address that a number is.
inline void* address_of(const nb::int_& number) {
  void* address = PyLong_AsVoidPtr(number.ptr());
  if (!address && PyErr_Occurred()) throw nb::python_error();
  return address;
}

enum class Access { read, write };

// A caller's array described for the library where it lies: by the buffer protocol, by DLPack, or
// by __cuda_array_interface__, which says nothing of the device: that is the first one. Holds it
// for as long as it lives.
class HeldArray {
 public:
  // ValueError or TypeError, begun by the argument's name.
  HeldArray(const char* name, nb::handle array, Access access = Access::read);
  HeldArray(const HeldArray&) = delete;
  HeldArray& operator=(const HeldArray&) = delete;

  const ppatch_array& operator*() const { return array_; }
  const ppatch_array* operator->() const { return &array_; }

 private:
  struct Buffer {
    ~Buffer() {
      if (view.obj) PyBuffer_Release(&view);
    }
    Py_buffer view{};
  };

  void take_buffer(const char* name, nb::handle array, bool writes);
  bool take_tensor(const char* name, nb::handle array, bool writes);
  bool take_cuda_array(const char* name, nb::handle array, bool writes);

  ppatch_array array_{};
  Buffer buffer_;
  nb::ndarray<nb::ro> tensor_;
  nb::object other_;
};

// An argument that may be None.
class OptionalArray {
 public:
  OptionalArray(const char* name, nb::handle array, Access access = Access::read) {
    if (!array.is_none()) held_.emplace(name, array, access);
  }

  const ppatch_array* get() const { return held_ ? &**held_ : nullptr; }

 private:
  std::optional<HeldArray> held_;
};

}  // namespace ptychopatch::python
