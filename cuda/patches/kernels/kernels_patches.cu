// SPDX-License-Identifier: Apache-2.0
//
// Those of the type of pixel that PPATCH_PIXEL names, or of all types. CMake makes a unit for each,
// so that they compile side by side.
#include "cuda/patches/kernels/kernel_list.hpp"
#include "cuda/runtime/launch.cuh"
#include "math/pixel_types.hpp"

namespace ppatch {

#if defined(PPATCH_PIXEL)
PPATCH_PATCH_KERNELS(PixelTypes::PPATCH_PIXEL);
#else
#define PPATCH_PIXEL_TYPE(name, ...) PPATCH_PATCH_KERNELS(PixelTypes::name);
PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)
#endif

}  // namespace ppatch
