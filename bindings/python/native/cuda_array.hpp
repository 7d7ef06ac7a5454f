// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

// Describes an array by its __cuda_array_interface__; false where it has none. It says nothing of
// the device: that is the first one. ValueError, begun by the argument's name, for what cannot be
// read, or written where that is wanted.
bool describe_cuda_array(const char* name, nanobind::handle array, bool writes,
                         ppatch_array* description);

}  // namespace ptychopatch::python
