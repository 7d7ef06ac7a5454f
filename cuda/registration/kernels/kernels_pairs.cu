// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_SAMPLE_TYPES(PPATCH_PAIR_SAMPLE_KERNELS)
PPATCH_PAIR_KERNELS();

}  // namespace ppatch
