// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SCENE_FIXED_PATTERN_HPP_
#define PTYCHOPATCH_CPU_SCENE_FIXED_PATTERN_HPP_

#include <algorithm>
#include <cstdint>

#include "cpu/scene/shift_estimate.hpp"

namespace ptychopatch {

// Looks for offsets of whole rows or columns, which stay with the sensor and not with the scene. An
// image is summed over runs of `run` pixels along either axis on its way through; of those sums,
// the power on the axes of the spectrum is compared with that beside them.
class FixedPattern {
 public:
  static constexpr std::int64_t run = 16;

  // Sums of the rows' runs and of the columns' runs: floats(height, width) each.
  static std::int64_t floats(std::int64_t height, std::int64_t width) {
    return std::max(height * ((width + run - 1) / run), (height + run - 1) / run * width);
  }
  // Whether there is enough of an image to tell.
  static bool applies(std::int64_t height, std::int64_t width) {
    return height >= 64 * run && width >= 64 * run;
  }

  // Floats of tables that find needs.
  static std::int64_t table_floats(std::int64_t height, std::int64_t width);

  FixedPattern(std::int64_t height, std::int64_t width, const SceneLoops& loops, float* row_runs,
               float* column_runs)
      : height_(height),
        width_(width),
        loops_(&loops),
        row_runs_(row_runs),
        column_runs_(column_runs) {}

  std::int64_t runs_across() const { return (width_ + run - 1) / run; }
  std::int64_t runs_down() const { return (height_ + run - 1) / run; }

  // Row y in full; rows of one run of rows come in order, from one thread.
  void add_row(std::int64_t y, const float* row);
  // carrier_lines: multiples of 1 / that frequency are left out; 1: none.
  ExcludedLines find(int carrier_lines, const FftProvider& fft, const EstimateTools& tools) const;

 private:
  // Power on an axis over that beside it, of `count` runs of n samples each, one after another.
  double excess(const float* runs, std::int64_t n, std::int64_t count, int carrier_lines,
                const FftProvider& fft, const EstimateTools& tools) const;
  // out[2 i lanes], out[(2 i + 1) lanes] = the windowed sum of (cosine, sine)[r] runs[r n + i].
  static void sum_line(const float* runs, std::int64_t n, std::int64_t count, const float* cosine,
                       const float* sine, const float* window, const EstimateTools& tools,
                       std::int64_t lanes, float* out);

  std::int64_t height_, width_;
  const SceneLoops* loops_;
  float* row_runs_;     // runs_across x height
  float* column_runs_;  // runs_down x width
};

// Rows on their way to the decimator, shown to a FixedPattern once each.
template <class Source>
class ObservedRows {
 public:
  ObservedRows(Source source, FixedPattern* pattern, std::int64_t first, std::int64_t end)
      : source_(source), pattern_(pattern), next_(first), end_(end) {}

  void read(std::int64_t y, float* out) {
    source_.read(y, out);
    if (!pattern_ || y != next_ || y >= end_) return;
    pattern_->add_row(y, out);
    ++next_;
  }

 private:
  Source source_;
  FixedPattern* pattern_;
  std::int64_t next_, end_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SCENE_FIXED_PATTERN_HPP_
