// SPDX-License-Identifier: Apache-2.0
#include "core/call_arrays.hpp"

namespace ppatch {

const CheckedArray& CallArrays::read(const char* name, const ppatch_array* array) {
  return arguments_.emplace_back(Argument{CheckedArray(name, array, reach_), false}).array;
}

int CallArrays::card() const {
  for (const Argument& argument : arguments_) {
    if (argument.array.on_device()) return argument.array.card();
  }
  return Context::host;
}

void CallArrays::mark_output() {
  arguments_.back().array.expect_writable();
  arguments_.back().output = true;
}

void CallArrays::check_outputs() const {
  for (const Argument& out : arguments_) {
    for (const Argument& other : arguments_) {
      if (out.output && &out != &other) out.array.expect_apart_from(other.array);
    }
  }
}

}  // namespace ppatch
