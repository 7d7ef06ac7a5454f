// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_RUNTIME_HOST_SPAN_HPP_
#define PTYCHOPATCH_CUDA_RUNTIME_HOST_SPAN_HPP_

#include <cstdint>
#include <vector>

#include "cuda/runtime/device.hpp"

namespace ppatch {

// All bytes that an array of so many elements along each axis touches, on the host.
class HostSpan {
 public:
  struct Axis {
    std::int64_t extent, stride;  // in elements
  };
  // Reads the array where it is on the device, and else points to it.
  HostSpan(const void* data, std::int64_t element, const std::vector<Axis>& axes,
           device::Stream stream);
  const void* data() const { return data_; }

 private:
  std::vector<unsigned char> copy_;
  const void* data_ = nullptr;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_RUNTIME_HOST_SPAN_HPP_
