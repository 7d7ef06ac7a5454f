// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

namespace {

namespace nb = nanobind;

PyObject* exception_for(ppatch_status status) {
  switch (status) {
    case PPATCH_ERROR_INVALID_ARGUMENT:
      return PyExc_ValueError;
    case PPATCH_ERROR_OUT_OF_MEMORY:
      return PyExc_MemoryError;
    case PPATCH_ERROR_UNSUPPORTED:
      return PyExc_NotImplementedError;
    default:
      return PyExc_RuntimeError;
  }
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const ptychopatch::Error& error) {
    PyErr_SetString(exception_for(error.status()), error.what());
  }
}

}  // namespace

NB_MODULE(_core, module) {
  module.doc() = "The library behind the package; see ptychopatch itself.";
  nb::register_exception_translator(translate);
  // What modules keep for later calls lives to the interpreter's end, which would be told as a
  // leak.
  nb::set_leak_warnings(false);
  module.def("version", &ptychopatch::version);
  module.def("version_string", &ptychopatch::version_string);
  module.def("abi_version", &ptychopatch::abi_version);
  ptychopatch::python::add_context(module);
  ptychopatch::python::add_patches(module);
  ptychopatch::python::add_groups(module);
  ptychopatch::python::add_scenes(module);
  ptychopatch::python::add_pairs(module);
}
