// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/patches/patch_scratch.hpp"
#include "cpu/patches/shift_memory_plan.hpp"
#include "cpu/patches/shift_transforms.hpp"
#include "cpu/patches/shifted_engine.hpp"

namespace ppatch {

// How the budget of a plan is shared: its patches come first.
struct ShiftedPlan {
  PatchSettings settings;
  ShiftTransforms transforms;
  ShiftMemoryPlan shift;
  PatchMemoryPlan patches;

  std::uint64_t total_bytes() const { return shift.total_bytes() + patches.total_bytes(); }

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static ShiftedPlan within(const PatchSettings& settings, const ShiftMachine& machine);
};

}  // namespace ppatch
