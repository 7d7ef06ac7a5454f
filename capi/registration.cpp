// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

using ptychopatch::fail;
using ptychopatch::guarded;
using ptychopatch::required;

const char* ppatch_shift_status_string(ppatch_shift_status status) {
  switch (status) {
    case PPATCH_SHIFT_OK:
      return "ok";
    case PPATCH_SHIFT_FLAT:
      return "flat";
    case PPATCH_SHIFT_SATURATED:
      return "saturated";
    case PPATCH_SHIFT_NOT_FINITE:
      return "not-finite";
    case PPATCH_SHIFT_TOO_SMALL:
      return "too-small";
    case PPATCH_SHIFT_UNRELATED:
      return "unrelated";
    case PPATCH_SHIFT_NOT_CONVERGED:
      return "not-converged";
    case PPATCH_SHIFT_REFERENCE:
      return "reference";
    default:
      return "unknown";
  }
}

#define NOT_YET return guarded(__func__, [] { fail(PPATCH_ERROR_UNSUPPORTED, "not written yet"); })

ppatch_status ppatch_scene_plan_bytes(const ppatch_context*, const ppatch_scene_options*,
                                      uint64_t*) {
  NOT_YET;
}
ppatch_status ppatch_scene_plan_create(ppatch_scene_plan** plan, ppatch_context*,
                                       const ppatch_scene_options*) {
  if (plan) *plan = nullptr;
  NOT_YET;
}
void ppatch_scene_plan_destroy(ppatch_scene_plan*) {}
ppatch_status ppatch_scene_plan_set_reference(ppatch_scene_plan*, const ppatch_scene_image*) {
  NOT_YET;
}
ppatch_status ppatch_scene_plan_align(ppatch_scene_plan*, int64_t, const ppatch_scene_image*,
                                      ppatch_shift*) {
  NOT_YET;
}
ppatch_status ppatch_scene_plan_get_info(const ppatch_scene_plan*, ppatch_scene_plan_info*) {
  NOT_YET;
}
ppatch_status ppatch_cfa_round(const ppatch_cfa*, const double*, int64_t*) { NOT_YET; }
ppatch_status ppatch_common_area_of(const int64_t*, const int64_t*, const int64_t*,
                                    ppatch_common_area*) {
  NOT_YET;
}
ppatch_status ppatch_image_shift(ppatch_context*, const ppatch_array*, const double*,
                                 const ppatch_resample_options*, const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_mosaic_normalise(ppatch_context*, const ppatch_cfa*, const ppatch_scene_image*,
                                      const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_mosaic_bin(ppatch_context*, const ppatch_cfa*, const ppatch_scene_image*,
                                const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_pair_gain(ppatch_context*, const ppatch_array*, const ppatch_array*, double*) {
  NOT_YET;
}
ppatch_status ppatch_pair_loss(ppatch_context*, const ppatch_array*, const ppatch_array*, double,
                               double*) {
  NOT_YET;
}
ppatch_status ppatch_pair_mask(ppatch_context*, const ppatch_array*, const ppatch_array*,
                               const ppatch_mask_options*, const ppatch_array*, double*) {
  NOT_YET;
}
