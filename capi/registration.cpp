// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "capi/handles.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/common_area.hpp"
#include "core/registration/pair_calls.hpp"

using ppatch::context_of;
using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_cfa_parse(const char* letters, ppatch_cfa* cfa) {
  return guarded(__func__, [&] { required("cfa", cfa) = ppatch::parse_cfa(letters); });
}

ppatch_status ppatch_cfa_block(const ppatch_cfa* cfa, int64_t* block) {
  return guarded(__func__, [&] {
    required("block", block) = ppatch::full_block(ppatch::read_cfa("cfa", required("cfa", cfa)));
  });
}

const char* ppatch_shift_status_string(ppatch_shift_status status) {
  static constexpr const char* words[] = {"ok",        "flat",      "saturated",     "not-finite",
                                          "too-small", "unrelated", "not-converged", "reference",
                                          "ambiguous"};
  static_assert(std::size(words) == PPATCH_SHIFT_STATUS_AMBIGUOUS + 1);
  return status >= 0 && status <= PPATCH_SHIFT_STATUS_AMBIGUOUS ? words[status] : "unknown";
}

ppatch_status ppatch_scene_plan_bytes(const ppatch_context* context,
                                      const ppatch_scene_options* options, uint64_t* bytes) {
  return guarded(__func__, [&] {
    required("bytes", bytes) = ppatch::ScenePlan::bytes(context_of(context), options);
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

ppatch_status ppatch_scene_plan_measure_motion(ppatch_scene_plan* plan, int64_t count,
                                               const ppatch_scene_image* images,
                                               ppatch_shift* results, ppatch_scene_motion* motions,
                                               int64_t tile_capacity, ppatch_tile_shift* tiles) {
  return guarded(__func__, [&] {
    required("plan", plan)
        .plan.measure_motion(count, images, results, motions, tile_capacity, tiles);
  });
}

ppatch_status ppatch_scene_plan_set_stream(ppatch_scene_plan* plan, void* stream) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_stream(stream); });
}

ppatch_status ppatch_scene_plan_get_info(const ppatch_scene_plan* plan,
                                         ppatch_scene_plan_info* info) {
  return guarded(__func__, [&] { ppatch::tell(required("plan", plan).plan, info); });
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
  return guarded(__func__,
                 [&] { ppatch::shift_image(context_of(context), image, shift, options, out); });
}

ppatch_status ppatch_image_warp(ppatch_context* context, const ppatch_array* image,
                                const ppatch_scene_motion* motion, int64_t tile_count,
                                const ppatch_tile_shift* tiles,
                                const ppatch_resample_options* options, const ppatch_array* out) {
  return guarded(__func__, [&] {
    ppatch::warp_image(context_of(context), image, required("motion", motion), tile_count, tiles,
                       options, out);
  });
}

ppatch_status ppatch_image_luminance(ppatch_context* context, const ppatch_array* image,
                                     const double* weights, double white, const ppatch_array* out) {
  return guarded(__func__,
                 [&] { ppatch::image_luminance(context_of(context), image, weights, white, out); });
}

ppatch_status ppatch_mosaic_normalise(ppatch_context* context, const ppatch_cfa* cfa,
                                      const ppatch_scene_image* image, const ppatch_array* out) {
  return guarded(__func__, [&] {
    ppatch::normalise_mosaic(context_of(context), required("cfa", cfa), required("image", image),
                             out);
  });
}

ppatch_status ppatch_mosaic_bin(ppatch_context* context, const ppatch_cfa* cfa,
                                const ppatch_scene_image* image, const ppatch_array* out) {
  return guarded(__func__, [&] {
    ppatch::bin_mosaic(context_of(context), required("cfa", cfa), required("image", image), out);
  });
}

ppatch_status ppatch_pair_gain(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, double* gain) {
  return guarded(__func__, [&] {
    required("gain", gain) = ppatch::pair_gain(context_of(context), anchor, target);
  });
}

ppatch_status ppatch_pair_loss(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, double gain, double* loss) {
  return guarded(__func__, [&] {
    required("loss", loss) = ppatch::pair_loss(context_of(context), anchor, target, gain);
  });
}

ppatch_status ppatch_pair_mask(ppatch_context* context, const ppatch_array* anchor,
                               const ppatch_array* target, const ppatch_mask_options* options,
                               const ppatch_array* mask, double* mask_mean) {
  return guarded(__func__, [&] {
    if (mask_mean) ppatch::expect_pointer("mask_mean", "a number", mask_mean);
    const double mean = ppatch::pair_mask(context_of(context), anchor, target, options, mask);
    if (mask_mean) *mask_mean = mean;
  });
}

ppatch_status ppatch_pair_measure(ppatch_context* context, const ppatch_cfa* cfa,
                                  const ppatch_scene_image* anchor,
                                  const ppatch_scene_image* target,
                                  const ppatch_mask_options* options, const ppatch_array* mask,
                                  ppatch_pair_measures* measures) {
  return guarded(__func__, [&] {
    required("measures", measures) =
        ppatch::measure_pair(context_of(context), required("cfa", cfa), required("anchor", anchor),
                             required("target", target), options, mask);
  });
}
