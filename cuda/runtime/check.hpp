// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "core/error.hpp"

namespace ppatch::device {

inline void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  // Taken off, so that the next call does not report it again.
  cudaGetLastError();
  fail(status == cudaErrorMemoryAllocation ? PPATCH_ERROR_OUT_OF_MEMORY : PPATCH_ERROR_DEVICE, what,
       " failed: ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ")");
}

}  // namespace ppatch::device
