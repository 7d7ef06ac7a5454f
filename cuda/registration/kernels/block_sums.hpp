// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/hd.hpp"

namespace ppatch {

// N sums over the threads of a block, in an order that is fixed: each thread puts its own; in the
// next step all gather; in the one after, total() is there.
template <int N, int Threads>
struct BlockSums {
  static constexpr int parts = 16;
  static_assert(Threads % parts == 0);

  double own[N][Threads];
  double part[N][parts];

  PPATCH_HD void put(int thread, const double (&sums)[N]) {
    for (int s = 0; s < N; ++s) own[s][thread] = sums[s];
  }
  PPATCH_HD void gather(int thread) {
    PPATCH_ROLLED
    for (int i = thread; i < N * parts; i += Threads) {
      double sum = 0.0;
      PPATCH_ROLLED
      for (int t = i % parts; t < Threads; t += parts) sum += own[i / parts][t];
      part[i / parts][i % parts] = sum;
    }
  }
  PPATCH_HD double total(int s) const {
    double sum = 0.0;
    for (int i = 0; i < parts; ++i) sum += part[s][i];
    return sum;
  }
};

}  // namespace ppatch
