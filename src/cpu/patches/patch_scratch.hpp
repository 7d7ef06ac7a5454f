// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "cpu/patches/tile_bins.hpp"
#include "cpu/patches/tile_grid.hpp"
#include "kernels/patches/patch_taps.hpp"

namespace ppatch {

// How a plan's memory is laid out under a budget. Only sizes of pieces of work depend on it, never
// a result.
struct PatchMemoryPlan {
  std::int64_t capacity = 0;        // positions, which the plan holds
  std::int64_t order_capacity = 0;  // the same, or 0 where no order is kept
  std::int64_t slots = 0;           // threads
  std::int64_t row_bytes = 0;       // one working row of a slot
  std::int64_t column_count = 0;    // one column map of a slot
  std::int64_t tile_pixels = 0;     // the tile of a slot
  std::int64_t entry_capacity = 0;  // patch numbers in the bins
  std::int64_t bin_capacity = 0;

  std::int64_t slot_bytes() const;
  // A tile of so many bytes a pixel, and a cache line for each of its rows.
  std::int64_t tile_bytes(std::int64_t pixel_bytes) const;
  std::uint64_t total_bytes() const;
  // Bytes of a tile pixel: the widest dtype and its coverage.
  static constexpr std::int64_t sum_bytes = 16;
  static constexpr std::int64_t coverage_bytes = 8;

  // The least that a plan can do with.
  static PatchMemoryPlan least(const PatchSettings& settings, int threads);
  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static PatchMemoryPlan within(const PatchSettings& settings, int threads, std::uint64_t budget);
};

// A plan's memory.
class PatchScratch {
 public:
  PatchScratch() = default;
  PatchScratch(const PatchMemoryPlan& plan, const Allocator& allocator);

  const PatchMemoryPlan& plan() const { return plan_; }
  // One number a position: the order of work; none for the iterative algorithm.
  std::uint32_t* order() { return order_.data(); }
  BinMemory bins();
  SlotScratch slot(int n);

 private:
  PatchMemoryPlan plan_;
  Buffer<std::uint32_t> order_;
  Buffer<std::uint32_t> entries_;
  Buffer<std::int64_t> bins_;
  Buffer<unsigned char> slots_;
};

}  // namespace ppatch
