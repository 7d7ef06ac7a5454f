// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_PAIRS_HPP_
#define PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_PAIRS_HPP_

#include <nanobind/nanobind.h>

namespace ptychopatch::python {

void add_pairs(nanobind::module_& module);

}  // namespace ptychopatch::python

#endif  // PTYCHOPATCH_BINDINGS_PYTHON_NATIVE_PAIRS_HPP_
