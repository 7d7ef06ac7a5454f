// SPDX-License-Identifier: Apache-2.0
//
// All loops of one dtype at every SIMD level: the body of loops_f32.cpp and its like, which name
// the dtype. Units of their own, so that they compile side by side.
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/patches/patch_loops_unit.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/loop_table.hpp"
#include "cpu/patches/adjoint-inl.hpp"
#include "cpu/patches/extract-inl.hpp"
#include "cpu/patches/gradient-inl.hpp"
#include "cpu/patches/probe_adjoint-inl.hpp"
#include "cpu/patches/tile_store-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Included by one unit under each name.
// NOLINTNEXTLINE(misc-definitions-in-headers)
PatchLoops<PPATCH_LOOPS_PIXEL> PPATCH_LOOPS_NAME() {
  return {&extract_patches<PPATCH_LOOPS_PIXEL>, &adjoint_tile<PPATCH_LOOPS_PIXEL>,
          &stream_tile<PPATCH_LOOPS_PIXEL>, &gradient_patch<PPATCH_LOOPS_PIXEL>,
          &probe_adjoint_rows<PPATCH_LOOPS_PIXEL>};
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();
