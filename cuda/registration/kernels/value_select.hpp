// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_select.hpp"
#include "cuda/runtime/block.hpp"

// Finds the value of which so many of many floats that are not negative are less: four bits of it
// at a time, the highest first. Each pass counts, block by block, the values that begin as the one
// that is sought, by their next four bits, and then follows the count in which its rank lies.
namespace ppatch {

struct ValueSelection {
  static constexpr int digits = 16;
  static constexpr int bits = 4;
  static constexpr int passes = 32 / bits;
  static constexpr int values = 256 * 64;  // that a block counts
  std::uint32_t found;                     // its first bits, the others 0
  std::int64_t rank;                       // among values with these
};

struct SelectionBegin {
  std::int64_t rank = 0;
  ValueSelection* selection = nullptr;
  PPATCH_HD void operator()(std::int64_t) const { *selection = {0, rank}; }
};

struct SelectionCount {
  static constexpr int threads = 256;
  static constexpr int digits = ValueSelection::digits;
  struct Shared {
    std::uint32_t count[digits][threads + 1];
  };
  using Private = Nothing;

  const float* value = nullptr;
  std::int64_t count = 0;
  int pass = 0;
  const ValueSelection* selection = nullptr;
  std::uint32_t* counts = nullptr;  // [block][digit]

  std::int64_t blocks() const { return blocks_over(count, ValueSelection::values); }
  PPATCH_HD static std::int64_t steps(std::int64_t) { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) {
      if (at.thread >= digits) return;
      std::uint32_t sum = 0;
      for (int t = 0; t < threads; ++t) sum += shared.count[at.thread][t];
      counts[at.block * digits + at.thread] = sum;
      return;
    }
    for (int d = 0; d < digits; ++d) shared.count[d][at.thread] = 0;
    const int shift = 32 - ValueSelection::bits * (pass + 1);
    const std::uint32_t begin = selection->found >> shift >> ValueSelection::bits;
    const std::int64_t first = at.block * ValueSelection::values;
    for (int i = at.thread; i < ValueSelection::values; i += threads) {
      if (first + i >= count) continue;
      const std::uint32_t digit_and_above = bits_of(value[first + i]) >> shift;
      if (digit_and_above >> ValueSelection::bits != begin) continue;
      ++shared.count[digit_and_above % digits][at.thread];
    }
  }
};

struct SelectionFollow {
  static constexpr int threads = 16;
  static constexpr int digits = ValueSelection::digits;
  static_assert(threads == digits);
  struct Shared {
    std::int64_t total[digits];
  };
  using Private = Nothing;

  const std::uint32_t* counts = nullptr;
  std::int64_t blocks_counted = 0;
  int pass = 0;
  ValueSelection* selection = nullptr;

  static std::int64_t blocks() { return 1; }
  PPATCH_HD static std::int64_t steps(std::int64_t) { return 2; }
  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 0) {
      std::int64_t total = 0;
      for (std::int64_t b = 0; b < blocks_counted; ++b) total += counts[b * digits + at.thread];
      shared.total[at.thread] = total;
    } else if (at.thread == 0) {
      int digit = 0;
      std::int64_t rank = selection->rank;
      while (digit < digits - 1 && rank >= shared.total[digit]) rank -= shared.total[digit++];
      const int shift = 32 - ValueSelection::bits * (pass + 1);
      selection->rank = rank;
      selection->found |= static_cast<std::uint32_t>(digit) << shift;
    }
  }
};

}  // namespace ppatch
