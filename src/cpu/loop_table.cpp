// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/loop_table.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/fft/slab-inl.hpp"
#include "cpu/groups/near_points-inl.hpp"
#include "cpu/loop_table.hpp"
#include "cpu/patches/solve-inl.hpp"
#include "cpu/registration/covariance_tiles-inl.hpp"
#include "cpu/registration/decimation-inl.hpp"
#include "cpu/registration/hot_pixels-inl.hpp"
#include "cpu/registration/lag_rows-inl.hpp"
#include "cpu/registration/pair_rows-inl.hpp"
#include "cpu/registration/pattern-inl.hpp"
#include "cpu/registration/pixels-inl.hpp"
#include "cpu/registration/spectrum_rows-inl.hpp"
#include "cpu/registration/window-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// In a unit of its own for each type: patch_loops_unit.hpp.
template <class P>
PatchLoops<P> patch_loops();

template <class... P>
PatchLoopsOf<P...> all_patch_loops(const PatchLoopsOf<P...>*) {
  return {patch_loops<P>()...};
}

SceneLoops scene_loops() {
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
  loops.lag_row = &lag_row;
  loops.power_row = &power_row;
  loops.ring_row = &ring_row;
  loops.newton_row = &newton_row;
  loops.weigh_row = &weigh_row;
  loops.sum_tiles = &sum_tiles;
  return loops;
}

LoopTable loop_table() {
  return {all_patch_loops(static_cast<const PatchLoopTable*>(nullptr)),
          solve_loops(),
          scene_loops(),
          pair_loops(),
          {&find_near},
          {&gather_rows, &scatter_rows, &gather_columns, &scatter_columns}};
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace ppatch {
namespace {

struct CompiledTarget {
  std::int64_t target;
  const char* name;
  LoopTable (*loops)();
};

// Best first.
constexpr CompiledTarget compiled_targets[] = {
#if HWY_TARGETS & HWY_AVX3
    {HWY_AVX3, "avx3", &N_AVX3::loop_table},
#endif
#if HWY_TARGETS & HWY_AVX2
    {HWY_AVX2, "avx2", &N_AVX2::loop_table},
#endif
#if HWY_TARGETS & HWY_SVE
    {HWY_SVE, "sve", &N_SVE::loop_table},
#endif
#if HWY_TARGETS & HWY_NEON
    {HWY_NEON, "neon", &N_NEON::loop_table},
#endif
#if HWY_TARGETS & HWY_EMU128
    {HWY_EMU128, "emu128", &N_EMU128::loop_table},
#endif
#if HWY_TARGETS & HWY_SCALAR
    {HWY_SCALAR, "scalar", &N_SCALAR::loop_table},
#endif
};

}  // namespace

SimdTarget choose_simd_target() {
  const char* text = std::getenv("PPATCH_SIMD");
  const std::string_view wanted = text ? text : "";
  std::string usable;
  for (const CompiledTarget& compiled : compiled_targets) {
    // The lowest target is what the compiler may use anywhere.
    if (!(hwy::SupportedTargets() & compiled.target) && compiled.target != HWY_STATIC_TARGET) {
      continue;
    }
    if (wanted.empty() || wanted == compiled.name) {
      return {compiled.name, compiled.loops()};
    }
    usable += text_of(usable.empty() ? "" : ", ", compiled.name);
  }
  invalid("environment variable PPATCH_SIMD: expected one of ", usable, ", got \"", wanted, "\"");
}

}  // namespace ppatch
#endif  // HWY_ONCE
