// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/array_store.hpp"
#include "formats/child_process.hpp"
#include "formats/input_file.hpp"

namespace ptychopatch::formats {

// What `question` finds in the file, in a child where the format's library may fail on it.
template <class Value, class Question>
Value ask_store(const std::string& path, const Question& question) {
  const auto answer = [&]() -> Value { return question(*open_store(path)); };
  switch (container_of(path)) {
    case Container::kHdf5:
      return in_child<Value>({"the HDF5 library", quoted(path), {}}, answer);
    case Container::kMat:
      return in_child<Value>({"libmatio", quoted(path), {}}, answer);
    default:
      return answer();
  }
}

}  // namespace ptychopatch::formats
