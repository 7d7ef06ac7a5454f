// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/array_check.hpp"

namespace ppatch {

// The caller's arrays of one call, checked one by one as they are read and then against each other.
class CallArrays {
 public:
  // The last array read is an output: writable, and apart from all arrays read before and after it.
  void mark_output();
  void check_outputs() const;
  // Stays where it is.
  const CheckedArray& last_read() const { return arguments_.back().array; }
  // The card that the first array on one lies on, or Context::host.
  int card() const;

 protected:
  explicit CallArrays(const Reach& reach) : reach_(reach) { arguments_.reserve(max_arrays); }

  // What it returns stays where it is.
  const CheckedArray& read(const char* name, const ppatch_array* array);
  const CheckedArray& first_read() const { return arguments_.front().array; }

 private:
  static constexpr std::size_t max_arrays = 8;  // arrays of a call
  struct Argument {
    CheckedArray array;
    bool output;
  };

  const Reach& reach_;
  std::vector<Argument> arguments_;
};

}  // namespace ppatch
