// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/backend.hpp"
#include "cpu/groups/near_points.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// Throws OUT_OF_MEMORY where the budget is too small.
std::uint64_t group_engine_bytes(const GroupSettings& settings, const BackendSettings& backend,
                                 int threads);
std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings,
                                               const BackendSettings& backend, const Arena& arena,
                                               const GroupLoops& loops);

}  // namespace ppatch
