// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_
#define PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_

#include <vector>

#include "core/backend.hpp"
#include "cuda/runtime/device.hpp"

namespace ptychopatch {

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

// A source of positions that the host can read, wherever the caller's arrays are.
class HostPositions {
 public:
  HostPositions(const PositionSource& source, std::int64_t group_size, device::Stream stream);
  const PositionSource& source() const { return source_; }

 private:
  PositionSource source_;
  HostSpan value_, whole_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_
