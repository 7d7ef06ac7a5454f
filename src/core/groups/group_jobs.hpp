// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.hpp"
#include "core/groups/group_engine.hpp"
#include "kernels/groups/group_row.hpp"

// The arguments of kernels as a plan's settings have them, on every backend.
namespace ppatch {

inline GroupCoordinates group_coordinates(const GroupSettings& settings,
                                          const PointSource& points) {
  return {points, column_of_y(settings.axes), settings.to_offset};
}

inline GroupRow group_row(const GroupSettings& settings, const PointSource& points,
                          const GroupRequest& request) {
  return {GroupDraw(settings.seed, points.count(), request.total, settings.neighbours,
                    settings.chosen(), settings.sequential),
          group_coordinates(settings, points),
          settings.order,
          settings.gridsize,
          settings.members,
          request.first,
          request.indices,
          request.centres,
          request.offsets,
          request.relative};
}

[[noreturn]] inline void refuse_point(std::int64_t number, const Point& p) {
  invalid("points[", number, "]: expected finite coordinates within +-1e150, got x = ", p.x,
          ", y = ", p.y);
}

}  // namespace ppatch
