// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/groups/group_settings.hpp"
#include "core/plan_engines.hpp"

namespace ppatch {

class CheckedArray;
class GroupArrays;

// Checks every call's arguments and hands the work to the backend's engine.
class GroupPlan {
 public:
  GroupPlan(std::shared_ptr<Context> context, const ppatch_group_options* options);

  static std::uint64_t bytes(const Context& context, std::int64_t point_count,
                             const ppatch_group_options* options);

  void borrow_points(const ppatch_array* points);
  void set_stream(void* stream) { engines_.set_stream(stream); }
  void get_info(ppatch_group_plan_info* info) const;

  void draw(std::int64_t first, const ppatch_array* indices, const ppatch_array* centres,
            const ppatch_array* offsets, const ppatch_array* relative);
  void coordinates(const ppatch_array* indices, const ppatch_array* offsets,
                   const ppatch_array* relative);
  void neighbours(const ppatch_array* queries, const ppatch_array* indices,
                  const ppatch_array* squared_distances);

 private:
  static ppatch_array no_points();
  std::int64_t point_count() const { return points_.shape[0]; }
  CheckedArray read_points(const ppatch_array* points) const;
  // That of the call's card, with the plan's points.
  GroupEngine& engine(const GroupArrays& read);

  std::shared_ptr<Context> context_;
  GroupSettings settings_;
  GroupTotals totals_;
  PlanEngines<GroupEngine> engines_;
  ppatch_array points_ = no_points();
  GroupEngine* with_points_ = nullptr;  // the engine that reads them
};

}  // namespace ppatch
