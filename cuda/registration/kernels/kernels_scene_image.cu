// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_SAMPLE_TYPES(PPATCH_SCENE_IMAGE_KERNELS)
PPATCH_SCENE_PATTERN_KERNELS();

}  // namespace ppatch
