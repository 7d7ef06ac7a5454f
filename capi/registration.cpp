// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"
#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/common_area.hpp"
#include "core/registration/pair_calls.hpp"

using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_cfa_parse(const char* letters, ppatch_cfa* cfa) {
  return guarded(__func__, [&] { required("cfa", cfa) = ppatch::parse_cfa(letters); });
}

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

ppatch_status ppatch_scene_plan_borrow_reference(ppatch_scene_plan* plan,
                                                 const ppatch_scene_image* reference) {
  return guarded(__func__, [&] { required("plan", plan).plan.borrow_reference(reference); });
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

ppatch_status ppatch_cfa_round(const ppatch_cfa* cfa, const double shift[2], int64_t lattice[2]) {
  return guarded(__func__, [&] { ppatch::cfa_round(required("cfa", cfa), shift, lattice); });
}

ppatch_status ppatch_common_area_of(const int64_t reference_shape[2], const int64_t moving_shape[2],
                                    const int64_t shift[2], ppatch_common_area* area) {
  return guarded(__func__,
                 [&] { ppatch::common_area(reference_shape, moving_shape, shift, area); });
}

ppatch_status ppatch_image_shift(ppatch_context* context, const ppatch_array* image,
                                 const double shift[2], const ppatch_resample_options* options,
                                 const ppatch_array* out) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    ppatch::shift_image(shared, image, shift, options, out);
  });
}

ppatch_status ppatch_mosaic_normalise(ppatch_context* context, const ppatch_cfa* cfa,
                                      const ppatch_scene_image* image, const ppatch_array* out) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    ppatch::normalise_mosaic(shared, required("cfa", cfa), required("image", image), out);
  });
}

ppatch_status ppatch_mosaic_bin(ppatch_context* context, const ppatch_cfa* cfa,
                                const ppatch_scene_image* image, const ppatch_array* out) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    ppatch::bin_mosaic(shared, required("cfa", cfa), required("image", image), out);
  });
}

ppatch_status ppatch_pair_gain(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, double* gain) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    required("gain", gain) = ppatch::pair_gain(shared, anchor, target);
  });
}

ppatch_status ppatch_pair_loss(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, double gain, double* loss) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    required("loss", loss) = ppatch::pair_loss(shared, anchor, target, gain);
  });
}

ppatch_status ppatch_pair_mask(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, const ppatch_mask_options* options,
                               const ppatch_array* mask, double* mask_mean) {
  return guarded(__func__, [&] {
    auto& shared = *required("context", context).shared;
    const double mean = ppatch::pair_mask(shared, anchor, target, options, mask);
    if (mask_mean) *mask_mean = mean;
  });
}
