// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/group_memory_plan.hpp"

#include <algorithm>

#include "core/memory_budget.hpp"
#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/groups/point_index.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t min_searches = 256;
constexpr std::uint64_t min_piece = std::uint64_t{1} << 12;
constexpr std::uint64_t max_piece = std::uint64_t{8} << 20;

}  // namespace

std::uint64_t GroupMemoryPlan::total_bytes() const {
  return PointIndex::bytes_of(capacity) + static_cast<std::uint64_t>(capacity * bytes_a_point) +
         DeviceBuffer<double>::bytes_of(neighbours * searches) +
         DeviceBuffer<std::uint32_t>::bytes_of(neighbours * searches) +
         DeviceBuffer<std::int64_t>::bytes_of(DrawRow::numbers_of(members) * searches) +
         2 * piece_bytes;
}

GroupMemoryPlan GroupMemoryPlan::within(const GroupSettings& s, std::uint64_t budget) {
  GroupMemoryPlan plan;
  plan.capacity = s.capacity;
  plan.neighbours = std::max<std::int64_t>(1, std::min(s.neighbours, s.capacity - 1));
  plan.members = s.members;
  plan.searches = min_searches;
  plan.piece_bytes = min_piece;
  require_budget(plan.total_bytes(), budget);
  const std::uint64_t base = plan.total_bytes();
  const std::uint64_t room = (budget - base) / 2;
  plan.piece_bytes = std::clamp(room / 8, min_piece, max_piece);
  while (plan.searches < std::min(max_searches, s.capacity)) {
    plan.searches *= 2;
    if (plan.total_bytes() - base <= room) continue;
    plan.searches /= 2;
    break;
  }
  plan.left = budget - plan.total_bytes();
  return plan;
}

}  // namespace ppatch
