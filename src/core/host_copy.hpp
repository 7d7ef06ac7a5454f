// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/array_check.hpp"

namespace ppatch {

// One of the caller's arrays where the host can read it: in its place, or, of an array on a device,
// in a copy of all bytes that it touches.
class HostCopy {
 public:
  HostCopy(const CheckedArray& array, PlanEngine& engine) : data_(array.data()) {
    if (!array.on_device()) return;
    copy_.resize(array.byte_count());
    engine.read_to_host(array.first_byte(), copy_.size(), copy_.data());
    data_ = copy_.data() + (static_cast<const unsigned char*>(array.data()) - array.first_byte());
  }

  // The array's first element; strides are those of the array.
  const void* data() const { return data_; }

 private:
  std::vector<unsigned char> copy_;
  const void* data_;
};

}  // namespace ppatch
