// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/fft/loops_fft.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/fft/slab-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

SlabLoops loops_fft() { return {&gather_rows, &scatter_rows, &gather_columns, &scatter_columns}; }

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();
