// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"

namespace ppatch {

// What of a group plan's options depends on how many points there are.
struct GroupTotals {
  std::int64_t group_count = 0;  // 0: one for each point
  bool oversample = false;

  std::int64_t groups(std::int64_t points) const { return group_count > 0 ? group_count : points; }
};

// Both throw INVALID_ARGUMENT. null: all defaults.
GroupSettings read_group_settings(const ppatch_group_options* options, std::int64_t point_count);
GroupTotals read_group_totals(const ppatch_group_options* options);

// That `points` points give the groups that were asked for; throws INVALID_ARGUMENT.
void check_groups(const GroupSettings& settings, const GroupTotals& totals, std::int64_t points);

}  // namespace ppatch
