// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/shifted_plan.hpp"

#include <algorithm>
#include <utility>

#include "core/memory_budget.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t max_quick_line = 1 << 20;

// The loops are those of the batched algorithm, whatever the arena.
PatchSettings with_loops(PatchSettings settings) {
  settings.algorithm = Algorithm::batched;
  return settings;
}

}  // namespace

ShiftedPlan ShiftedPlan::within(const PatchSettings& given, const ShiftMachine& machine) {
  const std::uint64_t budget = machine.backend.memory_budget;
  const int threads = machine.arena.num_threads();
  const PatchSettings settings = with_loops(given);
  const std::uint64_t least = PatchMemoryPlan::least(settings, threads).total_bytes();
  ShiftMemoryPlan shift = ShiftMemoryPlan::least(settings, machine.fft, threads);
  // What transforms of a huge size would take is not looked at where the rest is too much.
  if (std::max(settings.patch_height, settings.patch_width) > max_quick_line) {
    require_budget(least + shift.total_bytes(), budget);
  }
  ShiftTransforms transforms(machine.fft, settings.patch_height, settings.patch_width);
  shift.work_bytes = (transforms.work_bytes() + 63) / 64 * 64;
  require_budget(least + shift.total_bytes(), budget);
  shift.grow(budget - least);
  const auto patches = PatchMemoryPlan::within(settings, threads, budget - shift.total_bytes());
  return {settings, std::move(transforms), shift, patches};
}

}  // namespace ppatch
