// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

// A block kernel is what a device runs: blocks of threads that know nothing of each other, and
// whose threads work in steps. It is a struct with
//
//   static constexpr int threads;             of a block
//   static constexpr int resident_blocks;     that a multiprocessor holds at least; may be left out
//   struct Shared { ... };                    memory of a block
//   struct Private { ... };                   what a thread keeps from step to step
//   std::int64_t steps(std::int64_t block) const;
//   void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const;
//
// All threads of a block end a step before any begins the next; within a step none sees what
// another one writes. Shared and Private hold anything at first. So a test can run the threads of a
// step, and the blocks, one after the other and in any order.
namespace ppatch {

struct BlockThread {
  std::int64_t block = 0;
  int thread = 0;
};

struct Nothing {};

// Blocks of so many threads that cover `count` pieces of work.
PPATCH_HD std::int64_t blocks_over(std::int64_t count, std::int64_t threads) {
  return (count + threads - 1) / threads;
}

// A kernel without steps: one thread does piece `index` on its own. Body has operator()(index).
template <class Body>
struct EachPiece {
  static constexpr int threads = 128;
  using Shared = Nothing;
  using Private = Nothing;
  Body body;
  std::int64_t count = 0;

  std::int64_t blocks() const { return blocks_over(count, threads); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 1; }
  PPATCH_HD void step(std::int64_t, const BlockThread& at, Shared&, Private&) const {
    const std::int64_t index = at.block * threads + at.thread;
    if (index < count) body(index);
  }
};

// Two floats or doubles side by side, aligned to both, past the caches where a device can: what is
// written once is not read again.
template <class T>
PPATCH_HD void store_streamed(T first, T second, T* to) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(T) == sizeof(float)) {
    __stcs(reinterpret_cast<float2*>(to), make_float2(first, second));
  } else {
    __stcs(reinterpret_cast<double2*>(to), make_double2(first, second));
  }
#else
  to[0] = first;
  to[1] = second;
#endif
}

}  // namespace ppatch
