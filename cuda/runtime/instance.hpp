// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "cuda/runtime/device.hpp"

// Makes one kernel, in a unit that defines device::launch. Each family lists its own in
// kernels/kernel_list.hpp.
#define PPATCH_LAUNCH(...) \
  template void device::launch(const __VA_ARGS__&, std::int64_t, device::Stream)
