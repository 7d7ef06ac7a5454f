// SPDX-License-Identifier: Apache-2.0
//
// Device memory for tests (device_array.hpp), of the first card.
#include <cuda_runtime_api.h>

#include <cstdint>

extern "C" {
__attribute__((visibility("default"))) void* ppatch_test_allocate(std::uint64_t bytes) {
  void* memory = nullptr;
  return cudaMalloc(&memory, bytes) == cudaSuccess ? memory : nullptr;
}
__attribute__((visibility("default"))) void ppatch_test_release(void* memory) { cudaFree(memory); }
__attribute__((visibility("default"))) void ppatch_test_copy(void* to, const void* from,
                                                             std::uint64_t bytes) {
  cudaMemcpy(to, from, bytes, cudaMemcpyDefault);
}
}
