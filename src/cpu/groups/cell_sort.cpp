// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/cell_sort.hpp"

#include <algorithm>
#include <utility>

namespace ppatch {
namespace {

constexpr std::int64_t max_chunks = 64;     // of points, counted apart
constexpr std::int64_t max_buckets = 1024;  // of cells, in the first step of a sort
constexpr std::int64_t min_bucket_bits = 6;

int bucket_bits(std::int64_t cells) {
  int bits = min_bucket_bits;
  while ((cells >> bits) >= max_buckets) ++bits;
  return bits;
}

}  // namespace

CellSort::MemoryPlan::MemoryPlan(std::int64_t cells, int threads)
    : slots(threads),
      buckets(std::min(max_buckets, (cells >> min_bucket_bits) + 2)),
      bins(std::max(std::int64_t{1} << bucket_bits(cells), buckets)) {}

std::int64_t CellSort::MemoryPlan::numbers() const {
  return 2 * bins * slots + max_chunks * buckets;
}

CellSort::CellSort(const MemoryPlan& plan, const PlacedPoints& placed, const Allocator& allocator)
    : plan_(plan), placed_(placed), numbers_(allocator, plan.numbers()) {}

void CellSort::sort_all(const PointSource& points, const PlaneGrid& grid, std::uint32_t* begins,
                        const Arena& arena) {
  const std::int64_t cells = grid.cells();
  const int shift = bucket_bits(cells);
  const std::int64_t buckets = ((cells - 1) >> shift) + 1;
  const std::int64_t chunks = std::min<std::int64_t>(max_chunks, 4 * arena.num_threads());
  const auto each = [&](std::int64_t chunk, auto&& body) {
    std::uint32_t* counts = numbers_.data() + chunk * plan_.buckets;
    const std::int64_t last = points.count() * (chunk + 1) / chunks;
    for (std::int64_t i = points.count() * chunk / chunks; i < last; ++i) {
      const Point p = points[i];
      const std::int32_t qx = grid.quantum(p.x, 0);
      const std::int32_t qy = grid.quantum(p.y, 1);
      body(i, qx, qy, counts[grid.cell(qx, qy) >> shift]);
    }
  };
  arena.parallel_for(chunks, [&](std::int64_t chunk, int) {
    std::fill_n(numbers_.data() + chunk * plan_.buckets, buckets, 0U);
    each(chunk, [](std::int64_t, std::int32_t, std::int32_t, std::uint32_t& count) { ++count; });
  });
  std::uint32_t sum = 0;
  for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
    begins[bucket << shift] = sum;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      std::uint32_t& count = numbers_[chunk * plan_.buckets + bucket];
      sum += std::exchange(count, sum);
    }
  }
  begins[cells] = sum;
  const PlacedPoints to = placed_;
  arena.parallel_for(chunks, [&](std::int64_t chunk, int) {
    each(chunk, [&](std::int64_t i, std::int32_t qx, std::int32_t qy, std::uint32_t& next) {
      const std::uint32_t at = next++;
      to.x[at] = qx;
      to.y[at] = qy;
      to.index[at] = static_cast<std::uint32_t>(i);
    });
  });
  arena.parallel_for(buckets, [&](std::int64_t bucket, int slot) {
    sort_bucket(grid, bucket, shift, begins, slot);
  });
}

void CellSort::sort_range(const PlaneGrid& grid, std::uint32_t first, std::uint32_t last,
                          std::uint32_t* begins, int slot) {
  const std::int64_t cells = grid.cells();
  const int shift = bucket_bits(cells);
  const std::int64_t buckets = ((cells - 1) >> shift) + 1;
  begins[0] = first;
  begins[cells] = last;
  sort_by([&](std::uint32_t at) { return grid.cell(placed_.x[at], placed_.y[at]) >> shift; },
          buckets, first, last, begins, shift, slot);
  for (std::int64_t b = 0; b < buckets; ++b) sort_bucket(grid, b, shift, begins, slot);
}

// Sorts the points of a bucket of cells, whose begin and end are set, into its cells.
void CellSort::sort_bucket(const PlaneGrid& grid, std::int64_t bucket, int shift,
                           std::uint32_t* begins, int slot) {
  const std::int64_t first = bucket << shift;
  const std::int64_t bins = std::min(std::int64_t{1} << shift, grid.cells() - first);
  std::uint32_t* own = begins + first;
  sort_by([&](std::uint32_t at) { return grid.cell(placed_.x[at], placed_.y[at]) - first; }, bins,
          own[0], own[bins], own, 0, slot);
}

// Swaps every point of [first, last) to its bin, and sets where bins begin; bin b has begins[b <<
// shift]. The first is set already, and read by whoever sorts the bucket before.
template <class Bin>
void CellSort::sort_by(const Bin& bin, std::int64_t bins, std::uint32_t first, std::uint32_t last,
                       std::uint32_t* begins, int shift, int slot) {
  const PlacedPoints placed = placed_;
  std::uint32_t* next = numbers_.data() + max_chunks * plan_.buckets + 2 * plan_.bins * slot;
  std::uint32_t* end = next + plan_.bins;
  std::fill_n(next, bins, 0U);
  for (std::uint32_t at = first; at < last; ++at) ++next[bin(at)];
  std::uint32_t sum = first;
  for (std::int64_t b = 0; b < bins; ++b) {
    const std::uint32_t count = next[b];
    next[b] = sum;
    if (b > 0) begins[b << shift] = sum;
    sum += count;
    end[b] = sum;
  }
  for (std::int64_t b = 0; b < bins; ++b) {
    while (next[b] < end[b]) {
      const std::uint32_t at = next[b];
      const std::uint32_t to = next[bin(at)]++;
      std::swap(placed.x[at], placed.x[to]);
      std::swap(placed.y[at], placed.y[to]);
      std::swap(placed.index[at], placed.index[to]);
    }
  }
}

}  // namespace ppatch
