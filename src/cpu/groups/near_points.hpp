// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// Points of some runs of a grid's points that lie near a place, all in quanta of one node.
struct NearQuery {
  static constexpr int max_runs = 7;
  const std::int32_t* x = nullptr;
  const std::int32_t* y = nullptr;
  std::int32_t at_x = 0, at_y = 0;
  float limit = 0.0F;  // squared distance that is still near
  int runs = 0;
  std::uint32_t begin[max_runs] = {}, end[max_runs] = {};
};

// Sorted by their approximate squared distance: its bits but for the last seven. A distance has an
// error below 2 quanta, and its square one of 2^-15 of it besides.
struct NearPoints {
  static constexpr int capacity = 128;
  static constexpr int margin = 64;  // what a vector may write beyond
  static constexpr std::uint32_t order_mask = capacity - 1;

  int count = 0;
  alignas(64) std::uint32_t keys[capacity + margin];    // bits of distance | place in slots
  alignas(64) std::uint32_t sorted[capacity + margin];  // the same in ascending order
  alignas(64) std::uint32_t slots[capacity + margin];   // places among the grid's points
  alignas(64) std::uint32_t spare[capacity + margin];

  float squared_distance(int rank) const {
    const std::uint32_t bits = sorted[rank] & ~order_mask;
    float value;
    static_assert(sizeof value == sizeof bits);
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::uint32_t slot(int rank) const { return slots[sorted[rank] & order_mask]; }
};

struct GroupLoops {
  // Fills `near`, or answers false where more points are near than it holds. x and y may be read
  // 64 numbers beyond a run.
  bool (*find_near)(const NearQuery& query, NearPoints& near);
};

}  // namespace ppatch
