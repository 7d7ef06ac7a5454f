// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/loops/loops_scene.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/loops/scene_plane-inl.hpp"
#include "cpu/loops/scene_spectrum-inl.hpp"
#include "cpu/loops/slab-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

SceneLoops loops_scene() {
  return {&decimate_row,
          &combine,
          &extremes,
          &weighted_row_sum,
          &window_row,
          &correlate_row,
          &ring_row,
          &newton_row,
          &weigh_row,
          &tile_row,
          {&gather_rows, &scatter_rows, &gather_columns, &scatter_columns}};
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();
