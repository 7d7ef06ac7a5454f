// SPDX-License-Identifier: Apache-2.0
//
// All loops of the type of pixel that PPATCH_PIXEL names, at every SIMD target. CMake makes a unit
// for each type, so that they compile side by side.
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/patches/patch_loops_unit.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/patches/adjoint-inl.hpp"
#include "cpu/patches/extract-inl.hpp"
#include "cpu/patches/gradient-inl.hpp"
#include "cpu/patches/normal-inl.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/patches/probe_adjoint-inl.hpp"
#include "cpu/patches/shift-inl.hpp"
#include "cpu/patches/tile_store-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Declared in loop_table.cpp.
template <class P>
PatchLoops<P> patch_loops() {
  return {&extract_patches<P>,
          &adjoint_tile<P>,
          &stream_tile<typename P::Real, P::components>,
          &gradient_patch<P>,
          &probe_adjoint_rows<P>,
          &normal_patch<P>,
          {&gather_columns_of<P>, &scatter_columns_of<P>, &turn_slab<P>, &apply_ramps<P>,
           &add_ramps_back<P>, &add_shifted_cotangent<P>, &add_shifted_normal<P>}};
}

template PatchLoops<PixelTypes::PPATCH_PIXEL> patch_loops();

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();
