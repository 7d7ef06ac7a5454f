// SPDX-License-Identifier: Apache-2.0
#include "groups.hpp"

#include "context.hpp"
#include "held_array.hpp"

namespace ptychopatch::python {
namespace {

// Points and what is asked of them: the arguments that all functions have in common.
struct Search {
  PlanningContext& context;
  const ppatch_group_options& options;
  HeldArray points;
  void* stream;

  Search(PlanningContext& in, const ppatch_group_options& of, nb::handle where, const nb::int_& on)
      : context(in), options(of), points("points", where), stream(address_of(on)) {}

  // Outputs are complete on return; they lie where `out` does.
  template <class Body>
  void run(const ppatch_array& out, Body&& body) const {
    const auto plan = context.groups().lend(
        context.get(), options, &ppatch_group_options::point_capacity, points->shape[0]);
    run_unlocked([&] {
      set_stream(*plan, stream);
      plan->plan.borrow_points(*points);
      body(plan->plan);
      if (out.device_type == PPATCH_DEVICE_CUDA) context.get().synchronize();
    });
  }
};

void draw(PlanningContext& context, const ppatch_group_options& options, nb::handle points,
          const nb::int_& stream, std::int64_t first, nb::handle indices, nb::handle centres,
          nb::handle offsets, nb::handle relative) {
  const Search search(context, options, points, stream);
  const HeldArray members("indices", indices, Access::kWrite);
  const OptionalArray chosen("centres", centres, Access::kWrite);
  const OptionalArray means("offsets", offsets, Access::kWrite);
  const OptionalArray from_means("relative", relative, Access::kWrite);
  search.run(*members, [&](GroupPlan& plan) {
    plan.draw(first, *members, chosen.get(), means.get(), from_means.get());
  });
}

void coordinates(PlanningContext& context, const ppatch_group_options& options, nb::handle points,
                 const nb::int_& stream, nb::handle indices, nb::handle offsets,
                 nb::handle relative) {
  const Search search(context, options, points, stream);
  const HeldArray members("indices", indices);
  const OptionalArray means("offsets", offsets, Access::kWrite);
  const OptionalArray from_means("relative", relative, Access::kWrite);
  search.run(*search.points,
             [&](GroupPlan& plan) { plan.coordinates(*members, means.get(), from_means.get()); });
}

void neighbours(PlanningContext& context, const ppatch_group_options& options, nb::handle points,
                const nb::int_& stream, nb::handle queries, nb::handle indices,
                nb::handle squared_distances) {
  const Search search(context, options, points, stream);
  const OptionalArray of("queries", queries);
  const HeldArray found("indices", indices, Access::kWrite);
  const OptionalArray squares("squared_distances", squared_distances, Access::kWrite);
  search.run(*found, [&](GroupPlan& plan) {
    if (of.get()) {
      plan.neighbours_of(*of.get(), *found, squares.get());
    } else {
      plan.neighbours(*found, squares.get());
    }
  });
}

ppatch_group_options options_of(std::int32_t gridsize, std::int64_t neighbours,
                                std::int64_t group_count, std::uint64_t seed, std::int32_t members,
                                std::int32_t order, std::int32_t sampling, bool oversample,
                                std::int32_t axes, std::int32_t relative_sign) {
  ppatch_group_options options = group_options(gridsize, neighbours);
  options.group_count = group_count;
  options.seed = seed;
  options.members = members;
  options.order = order;
  options.sampling = sampling;
  options.oversample = oversample ? 1 : 0;
  options.axes = axes;
  options.relative_sign = relative_sign;
  return options;
}

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_group_options& options,
                         std::int64_t point_count) {
  return GroupPlan::bytes(context.get(), point_count, options);
}

}  // namespace

void add_groups(nb::module_& module) {
  module.def("group_plan_bytes", &plan_bytes, nb::arg("context"), nb::arg("options"),
             nb::arg("point_count"));
  nb::class_<ppatch_group_options>(module, "GroupOptions")
      .def(nb::new_(&options_of), nb::arg("gridsize"), nb::arg("neighbours"),
           nb::arg("group_count"), nb::arg("seed"), nb::arg("members"), nb::arg("order"),
           nb::arg("sampling"), nb::arg("oversample"), nb::arg("axes"), nb::arg("relative_sign"));
  module.def("draw", &draw, nb::arg("context"), nb::arg("options"), nb::arg("points"),
             nb::arg("stream"), nb::arg("first"), nb::arg("indices"), nb::arg("centres").none(),
             nb::arg("offsets").none(), nb::arg("relative").none());
  module.def("coordinates", &coordinates, nb::arg("context"), nb::arg("options"), nb::arg("points"),
             nb::arg("stream"), nb::arg("indices"), nb::arg("offsets").none(),
             nb::arg("relative").none());
  module.def("neighbours", &neighbours, nb::arg("context"), nb::arg("options"), nb::arg("points"),
             nb::arg("stream"), nb::arg("queries").none(), nb::arg("indices"),
             nb::arg("squared_distances").none());
}

}  // namespace ptychopatch::python
