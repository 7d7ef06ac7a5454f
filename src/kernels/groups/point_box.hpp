// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/groups/point_source.hpp"

namespace ppatch {

// The box of some points: nothing yet.
struct PointBox {
  static constexpr double max_coordinate = 1e150;
  double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  // Of the points in it; of a set that is looked through, of those that are none: not finite or too
  // large.
  std::uint32_t min_number = UINT32_MAX;

  PPATCH_HD static bool is_sound(const Point& p) {
    return std::fabs(p.x) <= max_coordinate && std::fabs(p.y) <= max_coordinate;
  }
  PPATCH_HD void add(const Point& p) {
    const double at[2] = {p.x, p.y};
    for (int axis = 0; axis < 2; ++axis) {
      low[axis] = at[axis] < low[axis] ? at[axis] : low[axis];
      high[axis] = at[axis] > high[axis] ? at[axis] : high[axis];
    }
  }
  // A point of a set that is looked through.
  PPATCH_HD void look_at(const Point& p, std::int64_t number) {
    if (is_sound(p)) return add(p);
    const auto found = static_cast<std::uint32_t>(number);
    min_number = found < min_number ? found : min_number;
  }
  PPATCH_HD void add(const PointBox& other) {
    for (int axis = 0; axis < 2; ++axis) {
      low[axis] = other.low[axis] < low[axis] ? other.low[axis] : low[axis];
      high[axis] = other.high[axis] > high[axis] ? other.high[axis] : high[axis];
    }
    min_number = other.min_number < min_number ? other.min_number : min_number;
  }
};

}  // namespace ppatch
