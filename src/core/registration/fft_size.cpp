// SPDX-License-Identifier: Apache-2.0
#include "core/registration/fft_size.hpp"

#include <algorithm>

namespace ppatch {

std::int64_t good_fft_size(std::int64_t n) {
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
