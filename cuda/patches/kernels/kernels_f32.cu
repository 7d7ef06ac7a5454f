// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_PATCH_KERNELS(float, 1);

}  // namespace ppatch
