// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"

namespace ppatch {

PPATCH_PAIR_SAMPLE_KERNELS(std::uint8_t);
PPATCH_PAIR_SAMPLE_KERNELS(std::uint16_t);
PPATCH_PAIR_SAMPLE_KERNELS(std::int16_t);
PPATCH_PAIR_SAMPLE_KERNELS(float);
PPATCH_PAIR_SAMPLE_KERNELS(double);
PPATCH_PAIR_KERNELS();

}  // namespace ppatch
