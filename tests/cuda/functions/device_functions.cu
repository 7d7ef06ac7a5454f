// SPDX-License-Identifier: Apache-2.0
//
// Calls of the functions on a card, for tests (device_functions.hpp).
#include "cuda/functions/device_functions.hpp"

namespace {

using namespace ppatch::test;

__global__ void call_each(Function which, const double* in, double* out, std::int64_t count) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < count) call(which, in + i * max_in, out + i * max_out);
}

}  // namespace

// in (count, max_in) and out (count, max_out) lie on the card.
extern "C" __attribute__((visibility("default"))) bool ppatch_test_call(int which, const double* in,
                                                                        double* out,
                                                                        std::int64_t count) {
  constexpr int threads = 64;
  const auto blocks = static_cast<unsigned>((count + threads - 1) / threads);
  call_each<<<blocks, threads>>>(static_cast<Function>(which), in, out, count);
  return cudaGetLastError() == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess;
}
