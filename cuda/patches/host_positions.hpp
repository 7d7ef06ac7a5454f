// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_
#define PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_

#include "core/backend.hpp"
#include "cuda/runtime/host_span.hpp"

namespace ppatch {

// A source of positions that the host can read, wherever the caller's arrays are.
class HostPositions {
 public:
  HostPositions(const PositionSource& source, std::int64_t group_size, device::Stream stream);
  const PositionSource& source() const { return source_; }

 private:
  PositionSource source_;
  HostSpan value_, whole_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_PATCHES_HOST_POSITIONS_HPP_
