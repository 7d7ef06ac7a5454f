// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/tile_bins.hpp"

#include <algorithm>

#include "cpu/patches/axis_span.hpp"
#include "math/boundary.hpp"

namespace ppatch {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

TileBins::TileBins(const BinMemory& memory)
    : entries_(memory.entries),
      offsets_(memory.bins.first(memory.bins.size() / 3)),
      stamps_(memory.bins.subspan(memory.bins.size() / 3, memory.bins.size() / 3)),
      touched_(memory.bins.subspan(memory.bins.size() / 3 * 2)) {}

void TileBins::prepare(const TileGrid& grid, std::int64_t slices) {
  if (grid == grid_ && slices == slices_) return;
  invalidate();
  grid_ = grid;
  slices_ = slices;
  tile_rows_per_bin_ = tile_columns_per_bin_ = slices_per_bin_ = 1;
  const auto capacity = static_cast<std::int64_t>(offsets_.size()) - 1;
  const auto count_bins = [&] {
    rows_ = divide_up(grid.rows, tile_rows_per_bin_);
    columns_ = divide_up(grid.columns, tile_columns_per_bin_);
    bin_count_ = rows_ * columns_ * divide_up(slices, slices_per_bin_);
    return bin_count_;
  };
  while (count_bins() > capacity) {
    if (rows_ * columns_ == 1) {
      slices_per_bin_ *= 2;
    } else {
      (rows_ >= columns_ ? tile_rows_per_bin_ : tile_columns_per_bin_) *= 2;
    }
  }
  std::fill(stamps_.begin(), stamps_.end(), std::int64_t{-1});
  now_ = 0;
}

std::int64_t TileBins::touched_on_axis(Boundary boundary, std::int64_t start, std::int64_t extent,
                                       std::int64_t n, std::int64_t cell, std::int64_t* stamps,
                                       std::int64_t* out) {
  std::int64_t count = 0;
  const AxisSpan span = axis_span(boundary, start, extent, n, 0, n);
  if (!span.folded) {
    if (span.begin >= span.end) return 0;
    for (std::int64_t t = (start + span.begin) / cell; t <= (start + span.end - 1) / cell; ++t) {
      out[count++] = t;
    }
    return count;
  }
  for (std::int64_t e = span.begin; e < span.end; ++e) {
    const std::int64_t t = extended_index(boundary, start + e, n) / cell;
    if (stamps[t] == now_) continue;
    stamps[t] = now_;
    out[count++] = t;
  }
  return count;
}

TileBins::Touched TileBins::touched(const PatchProblem& problem, std::int64_t k) {
  ++now_;
  const PatchOrigin& origin = problem.origins[k];
  Taps y;
  Taps x;
  sampling_taps(problem.interpolation, origin.fraction_y, y);
  sampling_taps(problem.interpolation, origin.fraction_x, x);
  std::int64_t* const columns = touched_.data() + rows_;
  const std::int64_t row_count = touched_on_axis(
      problem.boundary, origin.y + y.first, problem.height + y.count - 1, grid_.height,
      grid_.tile_height * tile_rows_per_bin_, stamps_.data(), touched_.data());
  const std::int64_t column_count = touched_on_axis(
      problem.boundary, origin.x + x.first, problem.width + x.count - 1, grid_.width,
      grid_.tile_width * tile_columns_per_bin_, stamps_.data() + rows_, columns);
  return {{touched_.data(), static_cast<std::size_t>(row_count)},
          {columns, static_cast<std::size_t>(column_count)}};
}

std::int64_t TileBins::build(const PatchProblem& problem, std::int64_t first) {
  const auto each_bin = [&](std::int64_t k, const Touched& t, auto&& body) {
    const std::int64_t slice = problem.image_index ? problem.image_index[k] : 0;
    for (const std::int64_t row : t.rows) {
      for (const std::int64_t column : t.columns) {
        body(offsets_[static_cast<std::size_t>(bin_of(slice, row, column))]);
      }
    }
  };
  invalidate();
  std::fill_n(offsets_.begin(), bin_count_ + 1, std::int64_t{0});
  std::size_t total = 0;
  std::int64_t last = first;
  for (; last < problem.count && last - first < INT32_MAX && bin_count_ > 0; ++last) {
    const Touched t = touched(problem, last);
    if (total + t.rows.size() * t.columns.size() > entries_.size()) break;
    total += t.rows.size() * t.columns.size();
    each_bin(last, t, [](std::int64_t& count) { ++count; });
  }
  if (bin_count_ == 0) last = problem.count;
  std::int64_t end = 0;
  for (std::int64_t bin = 0; bin <= bin_count_; ++bin) {
    end += offsets_[static_cast<std::size_t>(bin)];
    offsets_[static_cast<std::size_t>(bin)] = end;
  }
  // From the last patch down, each bin's end becomes its begin.
  for (std::int64_t k = last; k-- > first && bin_count_ > 0;) {
    each_bin(k, touched(problem, k), [&](std::int64_t& offset) {
      entries_[static_cast<std::size_t>(--offset)] = static_cast<std::uint32_t>(k - first);
    });
  }
  first_ = first;
  last_ = last;
  return last;
}

std::span<const std::uint32_t> TileBins::patches(std::int64_t slice, std::int64_t t) const {
  const auto bin = static_cast<std::size_t>(bin_of(slice, t / grid_.columns / tile_rows_per_bin_,
                                                   t % grid_.columns / tile_columns_per_bin_));
  const auto begin = static_cast<std::size_t>(offsets_[bin]);
  return entries_.subspan(begin, static_cast<std::size_t>(offsets_[bin + 1]) - begin);
}

}  // namespace ppatch
