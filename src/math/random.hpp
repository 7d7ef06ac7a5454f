// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "math/elementary.hpp"
#include "math/hd.hpp"

namespace ppatch {

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC11):
// four random words that depend on the key and the counter alone.
struct Philox {
  std::uint32_t word[4];
};

PPATCH_HD Philox philox(std::uint64_t key, std::uint64_t counter, std::uint64_t stream = 0) {
  Philox x{{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
            static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)}};
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ULL * x.word[0];
    const std::uint64_t b = 0xCD9E8D57ULL * x.word[2];
    x = {{static_cast<std::uint32_t>(b >> 32) ^ x.word[1] ^ k0, static_cast<std::uint32_t>(b),
          static_cast<std::uint32_t>(a >> 32) ^ x.word[3] ^ k1, static_cast<std::uint32_t>(a)}};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return x;
}

// Uniform in (0, 1), from 53 of 64 bits.
PPATCH_HD double uniform_open(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

// Two independent standard normal numbers by Box and Muller, keyed by (seed, k).
struct NormalPair {
  double first, second;
};

PPATCH_HD NormalPair normal_pair(std::uint64_t seed, std::uint64_t k) {
  const Philox x = philox(seed, k);
  const double radius = std::sqrt(-2.0 * log_positive(uniform_open(x.word[0], x.word[1])));
  const double turn = 2.0 * uniform_open(x.word[2], x.word[3]);
  return {radius * cos_pi(turn), radius * sin_pi(turn)};
}

}  // namespace ppatch
