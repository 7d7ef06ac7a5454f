// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/allocator.hpp"
#include "cpu/registration/pair_operators.hpp"
#include "cpu/registration/pair_rows.hpp"

namespace ppatch {

// What is measured of a pair, in passes over its rows: the threads share a pass's rows, and hold
// those that they are at and no others.
class PairPasses {
 public:
  // All outlive it.
  PairPasses(const PairMachine& machine, const PairRows& anchor, const PairRows& target);

  // Of a raw pair: the ratio of the means of its values, and of its pixels.
  double gains(double* of_pixels);
  // Counts the differences at that gain, for bound(); returns the loss.
  double count(double gain);
  // Up to where a difference is kept.
  double bound(const PairMaskSettings& settings);
  // Returns how many places are kept; mask: its data may be NULL.
  double mask(const PairMaskSettings& settings, double bound, const ImageView& mask);
  static void clear(const ImageView& mask);

 private:
  struct Row {
    double *anchor, *target, *spare, *difference;
  };
  Row row(int slot);
  // Reads row y of both, and sums its differences.
  Row compare(std::int64_t y, int slot);
  // Of a difference's bits the first half; or of those that begin as `first` the other half.
  void count_halves(std::int64_t first, double* losses, Buffer<std::uint64_t>& counts);
  double value_of_rank(std::int64_t rank);

  const PairMachine& machine_;
  const PairRows& anchor_;
  const PairRows& target_;
  std::int64_t slots_, values_;
  double gain_ = 1.0;
  Buffer<double> rows_;
  Buffer<std::uint64_t> slot_counts_, first_counts_, second_counts_;
  std::int64_t counted_ = -1;  // the first half of those whose other half is counted
};

}  // namespace ppatch
