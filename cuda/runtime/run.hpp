// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch {

// A kernel that knows its blocks.
template <class Kernel>
void run(const Kernel& kernel, device::Stream stream) {
  device::launch(kernel, kernel.blocks(), stream);
}

// A thread for each piece of work.
template <class Body>
void run_each(const Body& body, std::int64_t count, device::Stream stream) {
  run(EachPiece<Body>{body, count}, stream);
}

}  // namespace ppatch

// Makes one kernel, in a unit that defines device::launch. Each family lists its own in
// kernels/kernel_list.hpp.
#define PPATCH_LAUNCH(...) \
  template void device::launch(const __VA_ARGS__&, std::int64_t, device::Stream)
