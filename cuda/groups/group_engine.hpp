// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/machine.hpp"

namespace ppatch {

// Both throw OUT_OF_MEMORY where the budget is too small. The machine outlives the engine.
std::uint64_t group_engine_bytes(const GroupSettings& settings, const Machine& machine);
std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings,
                                               const Machine& machine);

}  // namespace ppatch
