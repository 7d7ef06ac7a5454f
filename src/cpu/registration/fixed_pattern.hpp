// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/registration/shift_estimate.hpp"
#include "kernels/registration/pattern_lines.hpp"

namespace ppatch {

// Looks for offsets of whole rows or columns, which stay with the sensor and not with the scene. An
// image is summed over runs of `run` pixels along either axis on its way through; of those sums,
// the power on the axes of the spectrum is compared with that beside them.
class FixedPattern {
 public:
  static constexpr std::int64_t run = 16;

  // Memory for the runs along one axis and for what becomes of them; each of two.
  static std::int64_t floats(std::int64_t height, std::int64_t width);

  FixedPattern(std::int64_t height, std::int64_t width, const SceneLoops& loops, float* row_memory,
               float* column_memory)
      : height_(height), width_(width), loops_(&loops), memory_{row_memory, column_memory} {}

  // Row y in full; rows of one run of rows come in order, from one thread.
  void add_row(std::int64_t y, const float* row);
  // carrier_lines: multiples of 1 / that frequency are left out; 1: none.
  ExcludedLines find(int carrier_lines, const FftProvider& fft, const EstimateTools& tools) const;

 private:
  // Sums over runs along one axis, `count` of them for each of n samples; behind them the weights
  // of the spectrum's lines and the lines themselves. Along rows all that belongs to one sample
  // lies together, along columns all that belongs to one run, as the image's rows give it.
  struct Runs {
    int axis = 0;
    std::int64_t n = 0, count = 0;
    float* sums = nullptr;
    float* weights = nullptr;
    float* lines = nullptr;
    // Sample i of line l, whose real and imaginary parts are two lines, at lines[i * sample_step +
    // l * line_step]; weights likewise, of run i.
    std::int64_t sample_step = 1, line_step = 1;
    std::int64_t weight_step = 1, weight_line_step = 1;
  };
  Runs runs(int axis) const;
  static void fill_weights(const Runs& runs);
  // Samples [start, start + samples) of all lines.
  void project(const Runs& runs, std::int64_t start, std::int64_t samples) const;
  // Median power of the lines from `first` on, as many as fit a transform and are there.
  static void line_powers(const Runs& runs, int first, int carrier_lines, const FftProvider& fft,
                          const SlabFft& transform, std::int64_t size, float* slab, double* powers);

  std::int64_t height_, width_;
  const SceneLoops* loops_;
  float* memory_[2];  // of the rows' runs and of the columns'
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

}  // namespace ppatch
