// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// Sums of conditioned pixels over runs of 16, along rows and along columns: sample y of run i of
// the rows at rows[y * ceil(width / 16) + i], sample x of run i of the columns at
// columns[i * width + x].
struct SceneRuns {
  static constexpr int length = 16;
  float* rows = nullptr;
  float* columns = nullptr;

  // Of n values; the order of a full run's sums is its own.
  template <class Value>
  PPATCH_HD static float sum(int n, const Value& value) {
    if (n < length) {
      float sum = 0.0F;
      PPATCH_ROLLED
      for (int i = 0; i < n; ++i) sum += value(i);
      return sum;
    }
    float part[8];
    for (int i = 0; i < 8; ++i) part[i] = value(i) + value(i + 8);
    for (int i = 0; i < 4; ++i) part[i] += part[i + 4];
    return (part[0] + part[2]) + (part[1] + part[3]);
  }
};

}  // namespace ppatch
