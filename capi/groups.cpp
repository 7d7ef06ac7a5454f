// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

using ppatch::context_of;
using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_group_plan_bytes(const ppatch_context* context, int64_t point_count,
                                      const ppatch_group_options* options, uint64_t* bytes) {
  return guarded(__func__, [&] {
    required("bytes", bytes) = ppatch::GroupPlan::bytes(context_of(context), point_count, options);
  });
}

ppatch_status ppatch_group_plan_create(ppatch_group_plan** plan, ppatch_context* context,
                                       const ppatch_group_options* options) {
  return guarded(__func__, [&] {
    required("plan", plan) = nullptr;
    const auto& shared = required("context", context).shared;
    *plan = new ppatch_group_plan{ppatch::GroupPlan(shared, options)};
  });
}

void ppatch_group_plan_destroy(ppatch_group_plan* plan) { delete plan; }

ppatch_status ppatch_group_plan_borrow_points(ppatch_group_plan* plan, const ppatch_array* points) {
  return guarded(__func__, [&] { required("plan", plan).plan.borrow_points(points); });
}

ppatch_status ppatch_group_plan_set_stream(ppatch_group_plan* plan, void* stream) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_stream(stream); });
}

ppatch_status ppatch_group_plan_draw(ppatch_group_plan* plan, int64_t first,
                                     const ppatch_array* indices, const ppatch_array* centres,
                                     const ppatch_array* offsets, const ppatch_array* relative) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.draw(first, indices, centres, offsets, relative);
  });
}

ppatch_status ppatch_group_plan_coordinates(ppatch_group_plan* plan, const ppatch_array* indices,
                                            const ppatch_array* offsets,
                                            const ppatch_array* relative) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.coordinates(indices, offsets, relative); });
}

ppatch_status ppatch_group_plan_neighbours(ppatch_group_plan* plan, const ppatch_array* queries,
                                           const ppatch_array* indices,
                                           const ppatch_array* squared_distances) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.neighbours(queries, indices, squared_distances);
  });
}

ppatch_status ppatch_group_plan_get_info(const ppatch_group_plan* plan,
                                         ppatch_group_plan_info* info) {
  return guarded(__func__, [&] { ppatch::tell(required("plan", plan).plan, info); });
}
