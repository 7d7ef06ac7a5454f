// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/groups/combination.hpp"
#include "math/groups/permutation.hpp"

namespace ppatch {

// Draws C different numbers below k, in random order: which of the neighbours join group `group`.
PPATCH_HD void draw_members(std::uint64_t key, std::int64_t group, std::int64_t k, std::int64_t c,
                            std::int64_t* sorted, std::int64_t* drawn) {
  std::uint64_t draw = 0;
  for (std::int64_t j = 0; j < c; ++j) {
    // The r-th of the numbers that are left: each one taken before it moves it up.
    std::int64_t value =
        random_below(key, RandomUse::members, static_cast<std::uint64_t>(group), k - j, &draw);
    std::int64_t at = 0;
    for (; at < j && sorted[at] <= value; ++at) ++value;
    for (std::int64_t i = j; i > at; --i) sorted[i] = sorted[i - 1];
    sorted[at] = value;
    drawn[j] = value;
  }
}

// The same numbers in random order.
PPATCH_HD void shuffle_members(std::uint64_t key, std::int64_t group, std::int64_t c,
                               std::int64_t* chosen) {
  std::uint64_t draw = 0;
  for (std::int64_t j = c - 1; j > 0; --j) {
    const std::int64_t i =
        random_below(key, RandomUse::members, static_cast<std::uint64_t>(group), j + 1, &draw);
    const std::int64_t value = chosen[i];
    chosen[i] = chosen[j];
    chosen[j] = value;
  }
}

// What group `group` is made of: its centre, and which of the centre's k neighbours join it.
struct GroupDraw {
  std::uint64_t key = 0;
  std::int64_t points = 0;      // n
  std::int64_t groups = 0;      // S
  std::int64_t neighbours = 0;  // k = min(K, n - 1)
  std::int64_t chosen = 0;      // neighbours in a group
  bool in_order = false;        // group i's centre is point i
  std::int64_t choices = 1;     // of `chosen` neighbours, where groups are oversampled
  RandomOrder order;            // of centres, or of pairs of a centre and a choice

  GroupDraw() = default;
  GroupDraw(std::uint64_t seed, std::int64_t point_count, std::int64_t group_count,
            std::int64_t max_neighbours, std::int64_t chosen_members, bool sequential)
      : key(seed),
        points(point_count),
        groups(group_count),
        neighbours(max_neighbours < point_count - 1 ? max_neighbours : point_count - 1),
        chosen(chosen_members),
        in_order(sequential || group_count == point_count) {
    if (oversampled()) choices = combinations(neighbours, chosen);
    if (!in_order) order = RandomOrder(key, points * choices);
  }

  PPATCH_HD bool oversampled() const { return groups > points; }

  PPATCH_HD std::int64_t centre(std::int64_t group) const {
    if (in_order) return group;
    return oversampled() ? order.at(group) / choices : order.at(group);
  }
  // drawn: `chosen` numbers below k, in random order. spare: as many.
  PPATCH_HD void members(std::int64_t group, std::int64_t* spare, std::int64_t* drawn) const {
    if (!oversampled()) {
      draw_members(key, group, neighbours, chosen, spare, drawn);
      return;
    }
    nth_combination(order.at(group) % choices, neighbours, chosen, drawn);
    shuffle_members(key, group, chosen, drawn);
  }
};

}  // namespace ppatch
