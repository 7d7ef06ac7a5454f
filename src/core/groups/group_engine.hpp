// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/plan_engine.hpp"
#include "math/enums.hpp"
#include "math/groups/point_views.hpp"

// The part of the seam that groups need; a part of backend.hpp, which includes it.
namespace ppatch {

// A group plan's options with every default filled in.
struct GroupSettings {
  std::int64_t gridsize = 1;
  std::int64_t members = 1;     // C
  std::int64_t neighbours = 3;  // K, as asked for: there may be fewer points
  std::uint64_t seed = 0;
  bool with_centre = false;
  GroupOrder order = GroupOrder::as_drawn;
  bool sequential = false;
  Axes axes = Axes::yx;
  bool to_offset = false;  // the sign of relative coordinates
  std::int64_t capacity = 0;

  // Members that are drawn of the neighbours; one less than all where the centre is a member.
  std::int64_t chosen() const { return members == 1 ? 0 : members - (with_centre ? 1 : 0); }
};

// Groups [first, first + indices.count) of `total`.
struct GroupRequest {
  std::int64_t first = 0, total = 0;
  IndexView indices;
  IndexView centres;
  CoordinateResultView offsets;
  CoordinateResultView relative;
};

// Searches the points of one group plan. What it is given has been checked, but for the points'
// coordinates, which it looks at where they lie, in the pass that sorts them.
class GroupEngine : public PlanEngine {
 public:
  // The view's memory is read again by all that follows. Throws INVALID_ARGUMENT for a point that
  // is not finite or out of range, and keeps the old points; has none where it throws anything
  // else.
  virtual void set_points(const PointView& points) = 0;

  virtual void draw(const GroupRequest& request) = 0;
  virtual void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                           const CoordinateResultView& relative) = 0;
  // K of every query, K < n; without queries, of every point.
  virtual void neighbours(const IndexView& queries, const IndexView& indices,
                          const CoordinateResultView& squared_distances) = 0;
};

}  // namespace ppatch
