// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

namespace nb = nanobind;

enum class Access { kRead, kWrite };

// A caller's array described for the library where it lies: by the buffer protocol, by DLPack, or
// by
// __cuda_array_interface__. Holds it for as long as it lives.
class HeldArray {
 public:
  // ValueError or TypeError, begun by the argument's name.
  HeldArray(const char* name, nb::handle array, Access access = Access::kRead);
  HeldArray(const HeldArray&) = delete;
  HeldArray& operator=(const HeldArray&) = delete;
  ~HeldArray();

  const ppatch_array& operator*() const { return array_; }
  const ppatch_array* operator->() const { return &array_; }

 private:
  bool take_buffer(const char* name, nb::handle array, Access access);
  void take_tensor(const char* name, nb::handle array, Access access);

  ppatch_array array_{};
  Py_buffer buffer_{};
  nb::ndarray<> tensor_;
  nb::ndarray<nb::ro> read_only_tensor_;
  nb::object other_;
};

// An argument that may be None.
class OptionalArray {
 public:
  OptionalArray(const char* name, nb::handle array, Access access = Access::kRead) {
    if (!array.is_none()) held_.emplace(name, array, access);
  }

  const ppatch_array* get() const { return held_ ? &**held_ : nullptr; }

 private:
  std::optional<HeldArray> held_;
};

}  // namespace ptychopatch::python
