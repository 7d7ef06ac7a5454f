// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// A coordinate of an axis of n samples beyond which it is reflected without repeating the sample at
// its edge, or wrapped; and whether it runs back there. extended_index says the same of all.
struct MirroredIndex {
  std::int32_t index;
  std::int32_t direction;  // 1 or -1

  PPATCH_HD static MirroredIndex at(bool wraps, std::int32_t i, std::int32_t n) {
    if (i >= 0 && i < n) return {i, 1};
    if (n == 1) return {0, 1};
    const std::int32_t period = wraps ? n : 2 * (n - 1);
    std::int32_t r = i % period;
    if (r < 0) r += period;
    return r < n ? MirroredIndex{r, 1} : MirroredIndex{period - r, -1};
  }
};

}  // namespace ppatch
