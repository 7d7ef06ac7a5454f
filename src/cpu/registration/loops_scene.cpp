// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/registration/loops_scene.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/registration/covariance_tiles-inl.hpp"
#include "cpu/registration/decimation-inl.hpp"
#include "cpu/registration/hot_pixels-inl.hpp"
#include "cpu/registration/pattern-inl.hpp"
#include "cpu/registration/pixels-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/registration/spectrum_rows-inl.hpp"
#include "cpu/registration/window-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

SceneLoops loops_scene() {
  SceneLoops loops;
  loops.decimate_row = &decimate_row;
  loops.combine_rows = &combine_rows;
  loops.project = &project;
  loops.project_rows = &project_rows;
  loops.sum_integers = &sum_integers;
  loops.scale_integers = &scale_integers;
  loops.finish_pixels = &finish_pixels;
  loops.suspects = &suspects;
  loops.outliers = &outliers;
  loops.sum_runs = &sum_runs;
  loops.add_rows = &add_rows;
  loops.weighted_sum = &weighted_row_sum;
  loops.window = &window_row;
  loops.correlate_row = &correlate_row;
  loops.ring_row = &ring_row;
  loops.newton_row = &newton_row;
  loops.weigh_row = &weigh_row;
  loops.tile_row = &tile_row;
  return loops;
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();
