// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/bits.hpp"

namespace ppatch {

// Finds, in steps of a block, the value of which so many of n floats that are not negative are
// less: its bits, the highest first. Every step is for all threads.
template <int Threads>
struct BlockSelect {
  static constexpr int groups = 16;
  static constexpr int steps = 2 * 31 + 1;
  static_assert(Threads % groups == 0);

  struct Shared {
    std::int32_t part[Threads];
    std::int32_t total[groups];
  };
  struct Private {
    std::uint32_t found;
  };

  // value(i) for 0 <= i < n. After the last step own.found holds the bits.
  template <class Value>
  PPATCH_HD static void step(std::int64_t step, int thread, std::int64_t n, std::int64_t rank,
                             Value&& value, Shared& shared, Private& own) {
    if (step == 0) own.found = 0;
    if (step % 2 == 0) {
      if (step > 0) decide(31 - static_cast<int>(step / 2), rank, shared, own);
      if (step == steps - 1) return;
      const std::uint32_t bound = own.found | 1U << (30 - static_cast<int>(step / 2));
      std::int32_t below = 0;
      for (std::int64_t i = thread; i < n; i += Threads) below += bits_of(value(i)) < bound ? 1 : 0;
      shared.part[thread] = below;
    } else if (thread < groups) {
      std::int32_t total = 0;
      for (int i = thread; i < Threads; i += groups) total += shared.part[i];
      shared.total[thread] = total;
    }
  }

 private:
  PPATCH_HD static void decide(int bit, std::int64_t rank, const Shared& shared, Private& own) {
    std::int64_t below = 0;
    for (int g = 0; g < groups; ++g) below += shared.total[g];
    if (below <= rank) own.found |= 1U << bit;
  }
};

}  // namespace ppatch
