// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_patch_extract(ppatch_patch_plan* plan, const ppatch_array* image,
                                   const ppatch_array* patches) {
  return guarded(__func__, [&] { required("plan", plan).plan.extract(image, patches); });
}

ppatch_status ppatch_patch_adjoint(ppatch_patch_plan* plan, const ppatch_array* patches,
                                   const ppatch_array* image, const ppatch_array* coverage,
                                   uint32_t flags) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.adjoint(patches, image, coverage, flags); });
}

ppatch_status ppatch_patch_assemble(ppatch_patch_plan* plan, const ppatch_array* patches,
                                    const ppatch_array* image, const ppatch_array* coverage,
                                    double eps) {
  return guarded(__func__,
                 [&] { required("plan", plan).plan.assemble(patches, image, coverage, eps); });
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
                                               const ppatch_array* coverage, uint32_t flags) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.probe_adjoint_image(waves, probe, image, coverage, flags);
  });
}

ppatch_status ppatch_patch_probe_adjoint_probe(ppatch_patch_plan* plan, const ppatch_array* image,
                                               const ppatch_array* waves, const ppatch_array* probe,
                                               uint32_t flags) {
  return guarded(__func__, [&] {
    required("plan", plan).plan.probe_adjoint_probe(image, waves, probe, flags);
  });
}
