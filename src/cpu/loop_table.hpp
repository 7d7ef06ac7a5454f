// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/fft/slab_loops.hpp"
#include "cpu/groups/near_points.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/patches/solve_loops.hpp"
#include "cpu/registration/pair_loops.hpp"
#include "cpu/registration/scene_loops.hpp"

namespace ppatch {

// All loops compiled for one SIMD target.
struct LoopTable {
  PatchLoopTable patches;
  SolveLoopTable solve;
  SceneLoops scene;
  PairLoops pairs;
  GroupLoops groups;
  SlabLoops slabs;
};

struct SimdTarget {
  const char* name;
  LoopTable loops;
};

// The best target that this processor has, or the one that PPATCH_SIMD names. Throws
// INVALID_ARGUMENT for a target that is not known or not there.
SimdTarget choose_simd_target();

}  // namespace ppatch
