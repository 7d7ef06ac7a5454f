// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// Numbers of things stay below this; more are told as this.
constexpr std::int64_t too_many = INT64_MAX;

PPATCH_HD std::int64_t product_or_too_many(std::int64_t a, std::int64_t b) {
  if (a == 0 || b == 0) return 0;
  return a > (too_many - 1) / b ? too_many : a * b;
}

// Choices of c among k, both at least 0.
PPATCH_HD std::int64_t combinations(std::int64_t k, std::int64_t c) {
  if (c > k) return 0;
  const std::int64_t least = c < k - c ? c : k - c;
  std::int64_t count = 1;
  for (std::int64_t j = 1; j <= least; ++j) {
    // count (k - least + j) / j is whole; what j shares with count is divided out first.
    std::int64_t a = count;
    std::int64_t b = j;
    while (b != 0) {
      const std::int64_t rest = a % b;
      a = b;
      b = rest;
    }
    const std::int64_t factor = (k - least + j) / (j / a);
    count = product_or_too_many(count / a, factor);
    if (count == too_many) return too_many;
  }
  return count;
}

// Choice number `rank` of c among k in lexicographic order, ascending. rank < combinations(k, c).
PPATCH_HD void nth_combination(std::int64_t rank, std::int64_t k, std::int64_t c,
                               std::int64_t* chosen) {
  __extension__ using Wide = unsigned __int128;
  if (c == 0) return;
  // Choices whose next number is `value`, of `left` numbers after it, `more` of which are to
  // follow.
  std::int64_t count = combinations(k - 1, c - 1);
  std::int64_t j = 0;
  for (std::int64_t value = 0; j < c; ++value) {
    const std::int64_t left = k - 1 - value;
    const std::int64_t more = c - 1 - j;
    const bool taken = rank < count;
    if (taken) {
      chosen[j++] = value;
    } else {
      rank -= count;
    }
    if (left == 0) break;
    const auto part = static_cast<Wide>(count) * static_cast<Wide>(taken ? more : left - more);
    count = static_cast<std::int64_t>(part / static_cast<Wide>(left));
  }
}

}  // namespace ppatch
