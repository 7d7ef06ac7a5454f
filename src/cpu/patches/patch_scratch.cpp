// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/patch_scratch.hpp"

#include <algorithm>

#include "core/memory_budget.hpp"
#include "core/patches/patch_positions.hpp"

namespace ppatch {
namespace {

// What is fastest: wide patches come in long rows, and meet fewer tiles.
constexpr std::int64_t wide_patch = 96;
constexpr std::int64_t tile_height_wide = 32;
constexpr std::int64_t tile_height_narrow = 64;
constexpr std::int64_t min_tile_pixels = min_tile_height * min_tile_width;
constexpr std::int64_t max_entries = std::int64_t{8} << 20;
constexpr std::int64_t min_bins = 256;
constexpr std::int64_t max_bins = 16384;

std::int64_t aligned(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

// Tiles that one patch can touch: a boundary mode may fold it into two runs on each axis.
std::int64_t tiles_touched(const PatchSettings& s, std::int64_t tile_height,
                           std::int64_t tile_width) {
  return ((s.patch_height + max_taps) / tile_height + 3) *
         ((s.patch_width + max_taps) / tile_width + 3);
}

}  // namespace

std::int64_t PatchMemoryPlan::slot_bytes() const {
  return row_count * row_bytes + aligned(patches_abreast * column_count * 8) +
         tile_bytes(sum_bytes) + tile_bytes(coverage_bytes);
}

std::int64_t PatchMemoryPlan::tile_bytes(std::int64_t pixel_bytes) const {
  return aligned(tile_pixels * pixel_bytes) + TileGrid::highest(tile_pixels) * 64;
}

std::uint64_t PatchMemoryPlan::total_bytes() const {
  return PatchPositions::bytes_of(capacity) + Buffer<std::uint32_t>::bytes_of(order_capacity) +
         Buffer<std::uint32_t>::bytes_of(entry_capacity) +
         Buffer<std::int64_t>::bytes_of(BinMemory::words(bin_capacity)) +
         static_cast<std::uint64_t>(slots * slot_bytes());
}

PatchMemoryPlan PatchMemoryPlan::least(const PatchSettings& s, int threads) {
  if (s.capacity > static_cast<std::int64_t>(INT64_MAX / (2 * sizeof(PatchOrigin)))) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "no memory holds ", s.capacity, " positions");
  }
  PatchMemoryPlan least;
  least.capacity = s.capacity;
  if (s.algorithm == Algorithm::batched) {
    least.order_capacity = s.capacity;
    least.slots = threads;
    least.column_count = s.patch_width + 2 * max_taps;
    least.row_bytes = aligned(least.column_count * sum_bytes) + 2 * SlotScratch::row_margin;
    least.tile_pixels = std::max(min_tile_pixels, 2 * s.patch_width);
    least.entry_capacity = tiles_touched(s, min_tile_height, min_tile_width);
    least.bin_capacity = min_bins;
  }
  return least;
}

PatchMemoryPlan PatchMemoryPlan::within(const PatchSettings& s, int threads, std::uint64_t budget) {
  const PatchMemoryPlan least = PatchMemoryPlan::least(s, threads);
  require_budget(least.total_bytes(), budget);
  if (s.algorithm != Algorithm::batched) return least;

  PatchMemoryPlan plan = least;
  const std::int64_t height = s.patch_width >= wide_patch ? tile_height_wide : tile_height_narrow;
  plan.tile_pixels = std::max(height * max_tile_width, 2 * s.patch_width);
  while (plan.tile_pixels > least.tile_pixels && plan.total_bytes() > budget) {
    plan.tile_pixels = std::max(plan.tile_pixels / 2, least.tile_pixels);
  }
  while (plan.bin_capacity < max_bins) {
    plan.bin_capacity *= 2;
    if (plan.total_bytes() <= budget) continue;
    plan.bin_capacity /= 2;
    break;
  }
  const auto room = static_cast<std::int64_t>((budget - plan.total_bytes()) / 4);
  const std::int64_t per_patch = tiles_touched(s, 2 * min_tile_height, max_tile_width);
  const std::int64_t wanted =
      s.capacity > max_entries / per_patch ? max_entries : s.capacity * per_patch;
  plan.entry_capacity = std::max(plan.entry_capacity, std::min(wanted, room));
  return plan;
}

PatchScratch::PatchScratch(const PatchMemoryPlan& plan, const Allocator& allocator)
    : plan_(plan),
      order_(allocator, plan.order_capacity),
      entries_(allocator, plan.entry_capacity),
      bins_(allocator, BinMemory::words(plan.bin_capacity)),
      slots_(allocator, plan.slots * plan.slot_bytes()) {}

BinMemory PatchScratch::bins() {
  return {{entries_.data(), static_cast<std::size_t>(plan_.entry_capacity)},
          {bins_.data(), static_cast<std::size_t>(bins_.size())}};
}

SlotScratch PatchScratch::slot(int n) {
  SlotScratch slot;
  slot.rows = slots_.data() + n * plan_.slot_bytes();
  slot.row_bytes = plan_.row_bytes;
  unsigned char* next = slot.rows + row_count * plan_.row_bytes;
  slot.columns = reinterpret_cast<std::int64_t*>(next);
  slot.column_count = plan_.column_count;
  next += aligned(patches_abreast * plan_.column_count * 8);
  slot.tile = next;
  slot.coverage_tile = next + plan_.tile_bytes(PatchMemoryPlan::sum_bytes);
  return slot;
}

}  // namespace ppatch
