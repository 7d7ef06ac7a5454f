// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"
#include "core/options.hpp"

using ppatch::guarded;
using ppatch::required;

const char* ppatch_shift_status_string(ppatch_shift_status status) {
  switch (status) {
    case PPATCH_SHIFT_STATUS_OK:
      return "ok";
    case PPATCH_SHIFT_STATUS_FLAT:
      return "flat";
    case PPATCH_SHIFT_STATUS_SATURATED:
      return "saturated";
    case PPATCH_SHIFT_STATUS_NOT_FINITE:
      return "not-finite";
    case PPATCH_SHIFT_STATUS_TOO_SMALL:
      return "too-small";
    case PPATCH_SHIFT_STATUS_UNRELATED:
      return "unrelated";
    case PPATCH_SHIFT_STATUS_NOT_CONVERGED:
      return "not-converged";
    case PPATCH_SHIFT_STATUS_REFERENCE:
      return "reference";
    default:
      return "unknown";
  }
}

ppatch_status ppatch_scene_plan_bytes(const ppatch_context* context,
                                      const ppatch_scene_options* options, uint64_t* bytes) {
  return guarded(__func__, [&] {
    const auto& shared = *required("context", context).shared;
    required("bytes", bytes) = ppatch::ScenePlan::bytes(shared, options);
  });
}

ppatch_status ppatch_scene_plan_create(ppatch_scene_plan** plan, ppatch_context* context,
                                       const ppatch_scene_options* options) {
  return guarded(__func__, [&] {
    required("plan", plan) = nullptr;
    const auto& shared = required("context", context).shared;
    *plan = new ppatch_scene_plan{ppatch::ScenePlan(shared, options)};
  });
}

void ppatch_scene_plan_destroy(ppatch_scene_plan* plan) { delete plan; }

ppatch_status ppatch_scene_plan_set_reference(ppatch_scene_plan* plan,
                                              const ppatch_scene_image* reference) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_reference(reference); });
}

ppatch_status ppatch_scene_plan_align(ppatch_scene_plan* plan, int64_t count,
                                      const ppatch_scene_image* images, ppatch_shift* results) {
  return guarded(__func__, [&] { required("plan", plan).plan.align(count, images, results); });
}

ppatch_status ppatch_scene_plan_get_info(const ppatch_scene_plan* plan,
                                         ppatch_scene_plan_info* info) {
  return guarded(__func__, [&] {
    ppatch_scene_plan_info read{};
    required("plan", plan).plan.get_info(&read);
    ppatch::write_info("info", read, info);
  });
}
