// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

namespace ptychopatch::python {

void add_groups(nanobind::module_& module);

}  // namespace ptychopatch::python
