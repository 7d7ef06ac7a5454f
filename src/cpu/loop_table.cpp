// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/loop_table.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "cpu/loop_table.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Each in a unit of its own: cpu/*/loops_*.cpp, and one of patch_loops_unit.hpp for each type.
template <class P>
PatchLoops<P> patch_loops();
SceneLoops loops_scene();
GroupLoops loops_groups();
SlabLoops loops_fft();

template <class... P>
PatchLoopsOf<P...> all_patch_loops(const PatchLoopsOf<P...>*) {
  return {patch_loops<P>()...};
}

LoopTable loop_table() {
  return {all_patch_loops(static_cast<const PatchLoopTable*>(nullptr)), loops_scene(),
          loops_groups(), loops_fft()};
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
