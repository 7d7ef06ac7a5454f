// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/allocator.hpp"
#include "cpu/registration/pair_operators.hpp"
#include "cpu/registration/pair_rows.hpp"

namespace ppatch {

// The gains of a raw pair: the ratio of the means of its values; and of its pixels.
double pair_gains(const PairMachine& machine, const RawPairRows& anchor, const RawPairRows& target,
                  double* of_pixels);

// What is measured of a pair at one gain, in passes over its rows: the threads share a pass's rows,
// and hold those that they are at and no others. A byte of each place is kept, which tells most of
// them apart when the bound is known, so that few rows are compared again: where the bound is less
// than eight octaves below the threshold.
template <class V>
class PairPasses {
 public:
  // All outlive it.
  PairPasses(const PairMachine& machine, const PairRows<V>& anchor, const PairRows<V>& target,
             const PairMaskSettings& settings);

  // Counts the differences, for bound(); returns the loss.
  double count();
  // Up to where a difference is kept.
  double bound();
  // Returns how many places are kept; mask: its data may be NULL.
  double mask(double bound, const ImageView& mask);

 private:
  struct Row {
    V *anchor, *target;
    float* difference;
    PairSpare spare;
  };
  Row row(int slot);
  // Reads row y of both, and sums its differences.
  Row compare(std::int64_t y, int slot);
  // Of a difference's bits the first half; or of those that begin as `first` the other half.
  void count_halves(std::int64_t first, double* losses, Buffer<std::uint64_t>& counts);
  void encode(const Row& row, std::int64_t y);
  // Which places of row y differ by at most the bound.
  void mark_row(std::int64_t y, int slot, float bound, std::uint8_t* out);
  double value_of_rank(std::int64_t rank);
  const PairValueLoops<V>& loops() const;

  const PairMachine& machine_;
  const PairRows<V>& anchor_;
  const PairRows<V>& target_;
  const PairMaskSettings settings_;
  std::int64_t slots_, values_, spare_;
  std::int32_t base_;  // of codes: the threshold's is not far from the last
  Buffer<V> rows_;
  Buffer<float> singles_;
  Buffer<double> doubles_;
  Buffer<std::uint8_t> codes_;
  Buffer<std::uint64_t> slot_counts_, first_counts_, second_counts_;
  std::int64_t counted_ = -1;  // the first half of those whose other half is counted
};

}  // namespace ppatch
