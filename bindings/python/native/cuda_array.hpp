// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_CUDA_ARRAY_HPP_
#define PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_CUDA_ARRAY_HPP_

#include <nanobind/nanobind.h>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

// Describes an array by its __cuda_array_interface__; false where it has none. It says nothing of
// the device: that is the first one. ValueError, begun by the argument's name, for what cannot be
// read, or written where that is wanted.
bool describe_cuda_array(const char* name, nanobind::handle array, bool writes,
                         ppatch_array* description);

}  // namespace ptychopatch::python

#endif  // PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_CUDA_ARRAY_HPP_
