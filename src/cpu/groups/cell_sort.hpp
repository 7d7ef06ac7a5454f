// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/allocator.hpp"
#include "cpu/groups/plane_grid.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/groups/point_source.hpp"

namespace ppatch {

// What is kept of points: their places in quanta of a grid, and their numbers.
struct PlacedPoints {
  std::int32_t* x;
  std::int32_t* y;
  std::uint32_t* index;
};

// Sorts points into the cells of a grid: by buckets of cells, then bucket by bucket in place, which
// takes no second copy of them.
//
// Both sorts set begins[cell], where a cell's points begin, and begins[cells], where the last ends.
class CellSort {
 public:
  // Bytes depend on the most cells of a grid alone.
  struct MemoryPlan {
    std::int64_t slots = 0;    // threads
    std::int64_t buckets = 0;  // of cells
    std::int64_t bins = 0;     // of one step of a sort

    MemoryPlan(std::int64_t cells, int threads);
    std::int64_t numbers() const;
  };

  CellSort(const MemoryPlan& plan, const PlacedPoints& placed, const Allocator& allocator);

  // Places all points and sorts them, in all threads.
  void sort_all(const PointSource& points, const PlaneGrid& grid, std::uint32_t* begins,
                const Arena& arena);
  // Sorts those of [first, last), which have their places, in one thread.
  void sort_range(const PlaneGrid& grid, std::uint32_t first, std::uint32_t last,
                  std::uint32_t* begins, int slot);

 private:
  void sort_bucket(const PlaneGrid& grid, std::int64_t bucket, int shift, std::uint32_t* begins,
                   int slot);
  template <class Bin>
  void sort_by(const Bin& bin, std::int64_t bins, std::uint32_t first, std::uint32_t last,
               std::uint32_t* begins, int shift, int slot);

  MemoryPlan plan_;
  PlacedPoints placed_;
  Buffer<std::uint32_t> numbers_;
};

}  // namespace ppatch
