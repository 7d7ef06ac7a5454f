// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_SHIFT_KERNELS();

}  // namespace ppatch
