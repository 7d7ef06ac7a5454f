// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"
#include "core/patches/scan_fit.hpp"

using ppatch::context_of;
using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_patch_plan_bytes(const ppatch_context* context, int64_t position_count,
                                      const ppatch_patch_options* options, uint64_t* bytes) {
  return guarded(__func__, [&] {
    required("bytes", bytes) =
        ppatch::PatchPlan::bytes(context_of(context), position_count, options);
  });
}

ppatch_status ppatch_patch_plan_create(ppatch_patch_plan** plan, ppatch_context* context,
                                       const ppatch_array* positions,
                                       const ppatch_patch_options* options) {
  return guarded(__func__, [&] {
    required("plan", plan) = nullptr;
    const auto& shared = required("context", context).shared;
    *plan = new ppatch_patch_plan{ppatch::PatchPlan(shared, positions, options)};
  });
}

void ppatch_patch_plan_destroy(ppatch_patch_plan* plan) { delete plan; }

ppatch_status ppatch_patch_plan_set_positions(ppatch_patch_plan* plan,
                                              const ppatch_array* positions) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_positions(positions); });
}

ppatch_status ppatch_patch_plan_set_positions_split(ppatch_patch_plan* plan,
                                                    const ppatch_array* integer,
                                                    const ppatch_array* fraction) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.set_positions_split(integer, fraction); });
}

ppatch_status ppatch_patch_plan_set_image_index(ppatch_patch_plan* plan,
                                                const ppatch_array* index) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_image_index(index); });
}

ppatch_status ppatch_patch_plan_set_stream(ppatch_patch_plan* plan, void* stream) {
  return guarded(__func__, [&] { required("plan", plan).plan.set_stream(stream); });
}

ppatch_status ppatch_patch_plan_get_positions(const ppatch_patch_plan* plan,
                                              const ppatch_array* positions) {
  return guarded(__func__, [&] { required("plan", plan).plan.get_positions(positions); });
}

ppatch_status ppatch_patch_plan_get_info(const ppatch_patch_plan* plan,
                                         ppatch_patch_plan_info* info) {
  return guarded(__func__, [&] { ppatch::tell(required("plan", plan).plan, info); });
}

ppatch_status ppatch_patch_extract(ppatch_patch_plan* plan, const ppatch_array* image,
                                   const ppatch_array* patches) {
  return guarded(__func__, [&] { required("plan", plan).plan.extract(image, patches); });
}

ppatch_status ppatch_patch_adjoint(ppatch_patch_plan* plan, const ppatch_array* patches,
                                   const ppatch_array* image, const ppatch_array* coverage,
                                   ppatch_adjoint_flags flags) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.adjoint(patches, image, coverage, flags); });
}

ppatch_status ppatch_patch_assemble(ppatch_patch_plan* plan, const ppatch_array* patches,
                                    const ppatch_array* image, const ppatch_array* coverage,
                                    double eps) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.assemble(patches, image, coverage, eps); });
}

ppatch_status ppatch_patch_solve(ppatch_patch_plan* plan, const ppatch_array* patches,
                                 const ppatch_array* weights, const ppatch_array* image,
                                 const ppatch_array* coverage,
                                 const ppatch_patch_solve_options* options,
                                 ppatch_patch_solve_info* info) {
  return guarded(__func__, [&] {
    if (info) ppatch::check_info("info", info);
    ppatch_patch_solve_info answer = {};
    required("plan", plan).plan.solve(patches, weights, image, coverage, options, &answer);
    if (info) ppatch::write_info("info", answer, info);
  });
}

ppatch_status ppatch_patch_solve_bytes(ppatch_patch_plan* plan, const ppatch_array* image,
                                       uint64_t* bytes) {
  return guarded(
      __func__, [&] { required("bytes", bytes) = required("plan", plan).plan.solve_bytes(image); });
}

ppatch_status ppatch_patch_position_gradient(ppatch_patch_plan* plan, const ppatch_array* image,
                                             const ppatch_array* cotangent,
                                             const ppatch_array* gradient,
                                             const ppatch_array* curvature) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.position_gradient(image, cotangent, gradient, curvature);
  });
}

ppatch_status ppatch_patch_probe_extract(ppatch_patch_plan* plan, const ppatch_array* image,
                                         const ppatch_array* probe, const ppatch_array* waves) {
  return guarded(__func__, [&] { required("plan", plan).plan.probe_extract(image, probe, waves); });
}

ppatch_status ppatch_patch_probe_adjoint_image(ppatch_patch_plan* plan, const ppatch_array* waves,
                                               const ppatch_array* probe, const ppatch_array* image,
                                               const ppatch_array* coverage,
                                               ppatch_adjoint_flags flags) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.probe_adjoint_image(waves, probe, image, coverage, flags);
  });
}

ppatch_status ppatch_patch_probe_adjoint_probe(ppatch_patch_plan* plan, const ppatch_array* image,
                                               const ppatch_array* waves, const ppatch_array* probe,
                                               ppatch_adjoint_flags flags) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.probe_adjoint_probe(image, waves, probe, flags);
  });
}

ppatch_status ppatch_patch_position_normal(ppatch_patch_plan* plan, const ppatch_array* image,
                                           const ppatch_array* probe, const ppatch_array* cotangent,
                                           const ppatch_array* gradient,
                                           const ppatch_array* normal) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.position_normal(image, probe, cotangent, gradient, normal);
  });
}

ppatch_status ppatch_scan_fit(const ppatch_array* nominal, const ppatch_array* refined,
                              const ppatch_array* information,
                              const ppatch_scan_fit_options* options, const ppatch_array* residual,
                              ppatch_scan_fit_info* fit) {
  return guarded(__func__,
                 [&] { ppatch::fit_scan(nominal, refined, information, options, residual, fit); });
}
