// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"

namespace ppatch {

// How a plan's memory is laid out under a budget. Only sizes of pieces of work depend on it, never
// a result.
struct PatchMemoryPlan {
  std::int64_t capacity = 0;      // positions
  std::int64_t entries = 0;       // of tiles' lists
  std::uint64_t piece_bytes = 0;  // of each of two pinned buffers
  std::uint64_t left = 0;         // of the budget, for copies of host arrays

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static PatchMemoryPlan within(const PatchSettings& settings, std::uint64_t budget);
};

}  // namespace ppatch
