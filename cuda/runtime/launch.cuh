// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "cuda/runtime/block.hpp"
#include "cuda/runtime/check.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch::device {

// Without it the compiler chooses. Told so, it may give each thread more registers than it would.
template <class Kernel>
constexpr int resident_blocks() {
  if constexpr (requires { Kernel::resident_blocks; }) {
    return Kernel::resident_blocks;
  } else {
    return 0;
  }
}

// Blocks are counted in 64 bits: where a grid has fewer, each does several.
template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads, resident_blocks<Kernel>())
    run_blocks(const __grid_constant__ Kernel kernel, std::int64_t blocks) {
  __shared__ typename Kernel::Shared shared;
  for (std::int64_t block = blockIdx.x; block < blocks; block += gridDim.x) {
    typename Kernel::Private own;
    const BlockThread at{block, static_cast<int>(threadIdx.x)};
    const std::int64_t steps = kernel.steps(block);
    for (std::int64_t n = 0; n < steps; ++n) {
      kernel.step(n, at, shared, own);
      __syncthreads();
    }
  }
}

template <class Kernel>
void launch(const Kernel& kernel, std::int64_t blocks, Stream stream) {
  if (blocks == 0) return;
  constexpr std::int64_t max_blocks = 0x7fffffff;
  const auto grid = static_cast<unsigned>(std::min(blocks, max_blocks));
  run_blocks<<<grid, Kernel::threads, 0, static_cast<cudaStream_t>(stream)>>>(kernel, blocks);
  check(cudaGetLastError(), "starting a kernel");
}

}  // namespace ppatch::device
