// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_LOOP_TABLE_HPP_
#define PTYCHOPATCH_CPU_LOOP_TABLE_HPP_

#include <cstdint>
#include <type_traits>

#include "cpu/fft/slab_loops.hpp"
#include "cpu/groups/near_points.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/registration/scene_loops.hpp"

namespace ppatch {

// All loops compiled for one SIMD level.
struct LoopTable {
  PatchLoops<float, 1> f32;
  PatchLoops<double, 1> f64;
  PatchLoops<float, 2> c64;
  PatchLoops<double, 2> c128;
  SceneLoops scene;
  GroupLoops groups;
  SlabLoops slabs;

  template <class T, int C>
  const PatchLoops<T, C>& get() const {
    if constexpr (std::is_same_v<T, float>) {
      if constexpr (C == 1) {
        return f32;
      } else {
        return c64;
      }
    } else {
      if constexpr (C == 1) {
        return f64;
      } else {
        return c128;
      }
    }
  }
};

struct SimdTarget {
  const char* name;
  LoopTable loops;
};

// The best level that this processor has, or the one that PPATCH_SIMD names. Throws
// INVALID_ARGUMENT for a level that is not known or not there.
SimdTarget choose_simd_target();

}  // namespace ppatch

#endif  // PTYCHOPATCH_CPU_LOOP_TABLE_HPP_
