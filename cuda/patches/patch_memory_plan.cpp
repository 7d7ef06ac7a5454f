// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/patch_memory_plan.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/memory_budget.hpp"
#include "cuda/patches/tile_lists.hpp"
#include "cuda/patches/tile_plane.hpp"
#include "cuda/runtime/device_memory.hpp"
#include "kernels/patches/patch_taps.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t max_entries = std::int64_t{1} << 25;
constexpr std::uint64_t min_piece = std::uint64_t{1} << 12;
constexpr std::uint64_t max_piece = std::uint64_t{8} << 20;

// Of a group's patches on tiles of the least height: what any call needs at once.
std::int64_t entries_a_group(const PatchSettings& s) {
  const std::int64_t more = tap_count(s.interpolation) - 1;
  const std::int64_t rows = max_touched(s.boundary, s.patch_height + more, min_tile_height);
  const std::int64_t columns = max_touched(s.boundary, s.patch_width + more, device_tile_width);
  // Without room for a group there is never a patch.
  return std::max<std::int64_t>(1, std::min(s.group_size, s.capacity)) * rows * columns;
}

}  // namespace

std::uint64_t PatchMemoryPlan::total_bytes() const {
  return DeviceBuffer<PatchOrigin>::bytes_of(capacity) +
         DeviceBuffer<std::int32_t>::bytes_of(capacity) + TileLists::bytes_of(entries) +
         2 * piece_bytes;
}

PatchMemoryPlan PatchMemoryPlan::within(const PatchSettings& s, std::uint64_t budget) {
  if (s.capacity > static_cast<std::int64_t>(INT64_MAX / (4 * sizeof(PatchOrigin))) ||
      s.capacity > UINT32_MAX) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "no card's memory holds ", s.capacity, " positions");
  }
  PatchMemoryPlan plan;
  plan.capacity = s.capacity;
  plan.entries = entries_a_group(s);
  plan.piece_bytes = min_piece;
  require_budget(plan.total_bytes(), budget);
  // A half is for lists and for the pinned buffers, a half for copies of host arrays.
  const std::uint64_t base = plan.total_bytes();
  const std::uint64_t room = (budget - base) / 2;
  plan.piece_bytes = std::clamp(room / 8, min_piece, max_piece);
  const std::int64_t groups = std::max<std::int64_t>(1, s.capacity / s.group_size);
  const std::int64_t each = plan.entries;
  const std::int64_t wanted = groups > max_entries / each ? max_entries : groups * each;
  while (plan.entries < wanted) {
    const std::int64_t before = plan.entries;
    plan.entries = std::min(wanted, 2 * before);
    if (plan.total_bytes() - base <= room) continue;
    plan.entries = before;
    break;
  }
  plan.left = budget - plan.total_bytes();
  return plan;
}

}  // namespace ppatch
