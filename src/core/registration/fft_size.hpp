// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace ppatch {

// The smallest product of 2, 3 and 5 that is at least n.
inline std::int64_t good_fft_size(std::int64_t n) {
  std::int64_t best = 1;
  while (best < n) best *= 2;
  for (std::int64_t fives = 1; fives < best; fives *= 5) {
    for (std::int64_t threes = fives; threes < best; threes *= 3) {
      std::int64_t size = threes;
      while (size < n) size *= 2;
      best = std::min(best, size);
    }
  }
  return best;
}

}  // namespace ppatch
