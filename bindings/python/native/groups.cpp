// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/tuple.h>

#include <tuple>

#include "context.hpp"
#include "held_array.hpp"

namespace ptychopatch::python {
namespace {

// A call on points, with what is asked of them.
class GroupCall {
 public:
  GroupCall(PlanningContext& context, const ppatch_group_options& options, nb::handle points,
            const nb::int_& stream)
      : context_(context),
        options_(options),
        points_("points", points),
        stream_(address_of(stream)) {}

  void draw(std::int64_t first, nb::handle indices, nb::handle centres, nb::handle offsets,
            nb::handle relative) const {
    const HeldArray members("indices", indices, Access::write);
    const OptionalArray chosen("centres", centres, Access::write);
    const OptionalArray means("offsets", offsets, Access::write);
    const OptionalArray from_means("relative", relative, Access::write);
    run([&](GroupPlan& plan) {
      plan.draw(first, *members, chosen.get(), means.get(), from_means.get());
    });
  }

  void coordinates(nb::handle indices, nb::handle offsets, nb::handle relative) const {
    const HeldArray members("indices", indices);
    const OptionalArray means("offsets", offsets, Access::write);
    const OptionalArray from_means("relative", relative, Access::write);
    run([&](GroupPlan& plan) { plan.coordinates(*members, means.get(), from_means.get()); });
  }

  void neighbours(nb::handle queries, nb::handle indices, nb::handle squared_distances) const {
    const OptionalArray of("queries", queries);
    const HeldArray found("indices", indices, Access::write);
    const OptionalArray squares("squared_distances", squared_distances, Access::write);
    run([&](GroupPlan& plan) {
      of.get() ? plan.neighbours_of(*of.get(), *found, squares.get())
               : plan.neighbours(*found, squares.get());
    });
  }

  auto plan_info() const {
    ppatch_group_plan_info info{};
    run([&](GroupPlan& plan) { info = plan.info(); });
    return std::tuple(info.group_size, info.neighbours, info.group_count, info.point_count,
                      info.point_capacity, info.bytes);
  }

 private:
  // Outputs on a device follow the stream; others are complete on return.
  template <class Body>
  void run(Body&& body) const {
    const auto plan = context_.groups().lend(
        context_.get(), options_, &ppatch_group_options::point_capacity, points_->shape[0]);
    run_unlocked([&] {
      plan->set_stream(stream_);
      plan->plan.borrow_points(*points_);
      body(plan->plan);
    });
  }

  PlanningContext& context_;
  const ppatch_group_options& options_;
  HeldArray points_;
  void* stream_;
};

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_group_options& options,
                         std::int64_t point_count) {
  return GroupPlan::bytes(context.get(), point_count, options);
}

}  // namespace

void add_groups(nb::module_& module) {
  using Options = ppatch_group_options;
  add_options(module, "GroupOptions", group_options(0, 0), &Options::gridsize, &Options::neighbours,
              &Options::group_count, &Options::seed, &Options::members, &Options::order,
              &Options::sampling, &Options::oversample, &Options::axes, &Options::relative_sign);
  module.def("group_plan_bytes", &plan_bytes, "context"_a, "options"_a, "point_count"_a);
  nb::class_<GroupCall>(module, "GroupCall")
      .def(nb::init<PlanningContext&, const Options&, nb::handle, const nb::int_&>(), "context"_a,
           "options"_a, "points"_a, "stream"_a, nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>())
      .def("draw", &GroupCall::draw, "first"_a, "indices"_a, "centres"_a.none(), "offsets"_a.none(),
           "relative"_a.none())
      .def("coordinates", &GroupCall::coordinates, "indices"_a, "offsets"_a.none(),
           "relative"_a.none())
      .def("neighbours", &GroupCall::neighbours, "queries"_a.none(), "indices"_a,
           "squared_distances"_a.none())
      .def("plan_info", &GroupCall::plan_info);
}

}  // namespace ptychopatch::python
