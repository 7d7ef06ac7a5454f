// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_PROBE_SHIFT_KERNELS(float);
PPATCH_PROBE_SHIFT_KERNELS(double);

}  // namespace ppatch
