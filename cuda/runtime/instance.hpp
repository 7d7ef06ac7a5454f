// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_RUNTIME_INSTANCE_HPP_
#define PTYCHOPATCH_CUDA_RUNTIME_INSTANCE_HPP_

#include "cuda/runtime/block.hpp"
#include "cuda/runtime/device.hpp"

// Makes one kernel, in a unit that defines device::launch. Each family lists its own in
// kernels/kernel_list.hpp.
#define PPATCH_LAUNCH(...) \
  template void device::launch(const __VA_ARGS__&, std::int64_t, device::Stream)

#endif  // PTYCHOPATCH_CUDA_RUNTIME_INSTANCE_HPP_
