// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_LIST_KERNELS();

}  // namespace ppatch
