// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_GROUP_KERNELS();

}  // namespace ppatch
