// SPDX-License-Identifier: Apache-2.0
//
// Groups. A part of ptychopatch.hpp, which includes it.
#ifndef PTYCHOPATCH_GROUPS_HPP_
#define PTYCHOPATCH_GROUPS_HPP_

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch {

// K nearest neighbours, and groups of gridsize^2 of them.
inline ppatch_group_options group_options(std::int32_t gridsize, std::int64_t neighbours) {
  auto options = detail::sized<ppatch_group_options>();
  options.gridsize = gridsize;
  options.neighbours = neighbours;
  return options;
}

// Groups of neighbouring points.
class GroupPlan {
 public:
  // For up to options.point_capacity points, which borrow_points gives.
  GroupPlan(const Context& context, const ppatch_group_options& options) {
    ppatch_group_plan* raw = nullptr;
    check(ppatch_group_plan_create(&raw, context.get(), &options));
    plan_.reset(raw);
  }
  // A plan that has points; its capacity is their number unless the options have one.
  static GroupPlan borrow(const Context& context, const Array& points,
                          ppatch_group_options options) {
    if (options.point_capacity == 0) {
      options.point_capacity = points.ndim > 0 && points.shape[0] > 0 ? points.shape[0] : 1;
    }
    GroupPlan plan(context, options);
    plan.borrow_points(points);
    return plan;
  }

  static std::uint64_t bytes(const Context& context, std::int64_t point_count,
                             const ppatch_group_options& options) {
    std::uint64_t bytes = 0;
    check(ppatch_group_plan_bytes(context.get(), point_count, &options, &bytes));
    return bytes;
  }

  ppatch_group_plan* get() const { return plan_.get(); }

  ppatch_group_plan_info info() const {
    return detail::info_of(get(), &ppatch_group_plan_get_info);
  }

  void borrow_points(const Array& points) {
    check(ppatch_group_plan_borrow_points(get(), &points));
  }
  void set_stream(void* stream) { check(ppatch_group_plan_set_stream(get(), stream)); }

  void draw(std::int64_t first, const Array& indices, const Array* centres = nullptr,
            const Array* offsets = nullptr, const Array* relative = nullptr) {
    check(ppatch_group_plan_draw(get(), first, &indices, centres, offsets, relative));
  }
  void coordinates(const Array& indices, const Array* offsets, const Array* relative) {
    check(ppatch_group_plan_coordinates(get(), &indices, offsets, relative));
  }
  // Of all points.
  void neighbours(const Array& indices, const Array* squared_distances = nullptr) {
    check(ppatch_group_plan_neighbours(get(), nullptr, &indices, squared_distances));
  }
  void neighbours_of(const Array& queries, const Array& indices,
                     const Array* squared_distances = nullptr) {
    check(ppatch_group_plan_neighbours(get(), &queries, &indices, squared_distances));
  }

 private:
  std::unique_ptr<ppatch_group_plan, detail::Destroy<ppatch_group_plan, ppatch_group_plan_destroy>>
      plan_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_GROUPS_HPP_
