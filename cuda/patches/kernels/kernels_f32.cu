// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ptychopatch {

PPATCH_PATCH_KERNELS(float, 1);

}  // namespace ptychopatch
