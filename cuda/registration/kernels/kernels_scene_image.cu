// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_SCENE_IMAGE_KERNELS(std::uint8_t);
PPATCH_SCENE_IMAGE_KERNELS(std::uint16_t);
PPATCH_SCENE_IMAGE_KERNELS(std::int16_t);
PPATCH_SCENE_IMAGE_KERNELS(float);
PPATCH_SCENE_IMAGE_KERNELS(double);
PPATCH_SCENE_PATTERN_KERNELS();

}  // namespace ppatch
