// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/machine.hpp"

namespace ppatch {

// Both throw OUT_OF_MEMORY where the budget is too small. The machine outlives the engine.
std::uint64_t patch_engine_bytes(const PatchSettings& settings, const Machine& machine);
std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings,
                                               const Machine& machine);

}  // namespace ppatch
