// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"

namespace ppatch {

// Of rows that are worked on at a time: enough to keep a card busy.
constexpr std::int64_t max_searches = std::int64_t{1} << 18;
// Of a copy of host points.
constexpr std::int64_t bytes_a_point = 16;

// How a group plan's memory is laid out under a budget.
struct GroupMemoryPlan {
  std::int64_t capacity = 0;      // points
  std::int64_t neighbours = 0;    // of a search
  std::int64_t members = 0;       // of a group
  std::int64_t searches = 0;      // at a time
  std::uint64_t piece_bytes = 0;  // of each of two pinned buffers
  std::uint64_t left = 0;         // of the budget, for copies of host arrays

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static GroupMemoryPlan within(const GroupSettings& settings, std::uint64_t budget);
};

}  // namespace ppatch
