// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/tile_lists.hpp"

#include <algorithm>
#include <bit>

#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

// Entries of a patch along one axis.
std::int64_t entries_on_axis(Boundary boundary, std::int64_t extent, std::int64_t cell,
                             std::int64_t cells) {
  return std::min(max_touched(boundary, extent, cell), cells);
}

}  // namespace

TileLists::TileLists(const DeviceAllocator& allocator, std::int64_t capacity)
    : allocator_(allocator),
      keys_(allocator, capacity),
      keys_sorted_(allocator, capacity),
      patches_(allocator, capacity),
      patches_sorted_(allocator, capacity),
      sort_scratch_(allocator, static_cast<std::int64_t>(device::sort_scratch_bytes(capacity))) {}

std::uint64_t TileLists::bytes_of(std::int64_t capacity) {
  return 2 * (DeviceBuffer<std::uint64_t>::bytes_of(capacity) +
              DeviceBuffer<std::uint32_t>::bytes_of(capacity)) +
         device::sort_scratch_bytes(capacity);
}

std::int64_t TileLists::entries_a_patch(const PatchProblem& problem, const TilePlane& plane) {
  const std::int64_t more = tap_count(problem.interpolation) - 1;
  return entries_on_axis(problem.boundary, problem.height + more, plane.tile_height, plane.rows) *
         entries_on_axis(problem.boundary, problem.width + more, plane.tile_width, plane.columns);
}

void TileLists::build(const PatchProblem& problem, std::int64_t first, const TilePlane& plane,
                      device::Stream stream) {
  if (plane_ == plane && first_ == first && count_ == problem.count) return;
  invalidate();
  // A word for each tile of some hundreds of pixels.
  if (begins_.size() < plane.count() + 1) {
    device::synchronize(stream);
    begins_ = DeviceBuffer<std::uint32_t>();
    begins_ = DeviceBuffer<std::uint32_t>(allocator_, plane.count() + 1);
  }
  const std::int64_t more = tap_count(problem.interpolation) - 1;
  TileEntries entries{problem, plane, 0, 0, keys_.data(), patches_.data()};
  entries.rows =
      entries_on_axis(problem.boundary, problem.height + more, plane.tile_height, plane.rows);
  entries.columns =
      entries_on_axis(problem.boundary, problem.width + more, plane.tile_width, plane.columns);
  const std::int64_t count = problem.count * entries.rows * entries.columns;
  run_each(entries, problem.count, stream);
  // The number past the last tile is a key too.
  const int bits = std::bit_width(static_cast<std::uint64_t>(plane.count()));
  if (count > 0) {
    device::sort({keys_.data(), keys_sorted_.data(), patches_.data(), patches_sorted_.data()},
                 count, bits, sort_scratch_.data(),
                 static_cast<std::uint64_t>(sort_scratch_.size()), stream);
  }
  run_each(TileBegins{keys_sorted_.data(), count, begins_.data()}, plane.count() + 1, stream);
  plane_ = plane;
  first_ = first;
  count_ = problem.count;
}

}  // namespace ppatch
