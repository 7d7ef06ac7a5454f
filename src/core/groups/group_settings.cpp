// SPDX-License-Identifier: Apache-2.0
#include "core/groups/group_settings.hpp"

#include <algorithm>

#include "core/options.hpp"
#include "math/groups/combination.hpp"

namespace ppatch {
namespace {

static_assert(static_cast<int>(GroupOrder::by_distance) == PPATCH_GROUP_ORDER_DISTANCE);
static_assert(static_cast<int>(GroupOrder::by_position) == PPATCH_GROUP_ORDER_POSITION);

constexpr std::int64_t max_gridsize = 64;
constexpr std::int64_t max_points = INT32_MAX;

void check_sizes(const ppatch_group_options& o, const GroupSettings& s) {
  if (s.neighbours < s.chosen()) {
    invalid("options.neighbours: expected K of at least ", s.chosen(), ", since ", s.members,
            s.with_centre ? " members less the centre" : " members",
            " are drawn of the K neighbours", " (gridsize ", s.gridsize,
            "), got K = ", o.neighbours);
  }
}

}  // namespace

GroupSettings read_group_settings(const ppatch_group_options* given, std::int64_t point_count) {
  const ppatch_group_options o = read_options("options", given);
  check_option("gridsize", o.gridsize, 0, max_gridsize);
  check_option("neighbours", o.neighbours, 0, max_points);
  check_option("group_count", o.group_count, 0, INT64_MAX);
  check_option("members", o.members, 0, PPATCH_GROUP_MEMBERS_WITH_CENTRE);
  check_option("order", o.order, 0, PPATCH_GROUP_ORDER_POSITION);
  check_option("sampling", o.sampling, 0, PPATCH_GROUP_SAMPLING_SEQUENTIAL);
  check_option("oversample", o.oversample, 0, 1);
  check_option("axes", o.axes, 0, PPATCH_AXES_XY);
  check_option("relative_sign", o.relative_sign, 0, PPATCH_RELATIVE_SIGN_TO_OFFSET);
  check_option("point_capacity", o.point_capacity, 0, max_points);
  if (point_count > max_points) {
    invalid("points: expected at most ", max_points, " points, got ", point_count);
  }
  if (o.point_capacity > 0 && point_count > o.point_capacity) {
    invalid("points: expected at most options.point_capacity = ", o.point_capacity, " points, got ",
            point_count);
  }
  GroupSettings s;
  s.gridsize = o.gridsize > 0 ? o.gridsize : 1;
  s.members = s.gridsize * s.gridsize;
  s.neighbours = o.neighbours > 0 ? o.neighbours : s.members + 2;
  s.seed = o.seed;
  s.with_centre = o.members == PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  s.order = static_cast<GroupOrder>(o.order);
  s.sequential = o.sampling == PPATCH_GROUP_SAMPLING_SEQUENTIAL;
  s.axes = static_cast<Axes>(o.axes);
  s.to_offset = o.relative_sign == PPATCH_RELATIVE_SIGN_TO_OFFSET;
  s.capacity = o.point_capacity > 0 ? o.point_capacity : point_count;
  check_sizes(o, s);
  return s;
}

GroupTotals read_group_totals(const ppatch_group_options* given) {
  const ppatch_group_options o = read_options("options", given);
  return {o.group_count, o.oversample == 1};
}

void check_groups(const GroupSettings& s, const GroupTotals& totals, std::int64_t points) {
  const std::int64_t c = s.members;
  const std::int64_t chosen = s.chosen();
  const std::int64_t least = chosen + 1;  // the centre besides
  if (points < least) {
    invalid("points: expected at least ", least, " points for groups of ", c, " (gridsize ",
            s.gridsize, least > c ? ") and a centre that is no member" : ")", ", got ", points);
  }
  const std::int64_t groups = totals.groups(points);
  if (groups <= points) return;
  if (!totals.oversample || s.sequential) {
    invalid("options.group_count: expected at most ", points, " groups from ", points, " points",
            s.sequential ? " in sequence" : " without options.oversample", ", got ", groups);
  }
  const std::int64_t k = std::min(s.neighbours, points - 1);
  const std::int64_t choices = combinations(k, chosen);
  const std::int64_t pairs = product_or_too_many(points, choices);
  if (pairs == too_many) {
    invalid("options.neighbours: expected fewer than 2^63 pairs of a centre and a choice, got ",
            points, " points times ", k, " over ", chosen);
  }
  if (groups > pairs) {
    invalid("options.group_count: expected at most ", pairs, " different groups, ", points,
            " points times ", choices, " choices of ", chosen, " of ", k, " neighbours, got ",
            groups);
  }
}

}  // namespace ppatch
