// SPDX-License-Identifier: Apache-2.0
//
// Patches. A part of ptychopatch.hpp, which includes it.
#ifndef PTYCHOPATCH_PATCHES_HPP_
#define PTYCHOPATCH_PATCHES_HPP_

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch {

inline ppatch_patch_options patch_options(std::int64_t height, std::int64_t width) {
  auto options = detail::sized<ppatch_patch_options>();
  options.patch_height = height;
  options.patch_width = width;
  return options;
}

inline ppatch_patch_solve_options solve_options() {
  return detail::sized<ppatch_patch_solve_options>();
}

class PatchPlan {
 public:
  // positions may come later, up to options.position_capacity of them.
  PatchPlan(const Context& context, const ppatch_patch_options& options)
      : PatchPlan(context, nullptr, options) {}
  PatchPlan(const Context& context, const Array& positions, const ppatch_patch_options& options)
      : PatchPlan(context, &positions, options) {}

  static std::uint64_t bytes(const Context& context, std::int64_t position_count,
                             const ppatch_patch_options& options) {
    std::uint64_t bytes = 0;
    check(ppatch_patch_plan_bytes(context.get(), position_count, &options, &bytes));
    return bytes;
  }

  ppatch_patch_plan* get() const { return plan_.get(); }

  ppatch_patch_plan_info info() const {
    return detail::info_of(get(), &ppatch_patch_plan_get_info);
  }

  void set_positions(const Array& positions) {
    check(ppatch_patch_plan_set_positions(get(), &positions));
  }
  void set_positions(const Array& integer, const Array& fraction) {
    check(ppatch_patch_plan_set_positions_split(get(), &integer, &fraction));
  }
  void set_image_index(const Array& index) {
    check(ppatch_patch_plan_set_image_index(get(), &index));
  }
  void clear_image_index() { check(ppatch_patch_plan_set_image_index(get(), nullptr)); }
  void set_stream(void* stream) { check(ppatch_patch_plan_set_stream(get(), stream)); }

  // (K, 2) F64.
  void positions(const Array& out) const { check(ppatch_patch_plan_get_positions(get(), &out)); }

  void extract(const Array& image, const Array& patches) {
    check(ppatch_patch_extract(get(), &image, &patches));
  }
  void adjoint(const Array& patches, const Array& image, const Array* coverage = nullptr,
               ppatch_adjoint_flags flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_adjoint(get(), &patches, &image, coverage, flags));
  }
  void assemble(const Array& patches, const Array& image, const Array& coverage, double eps) {
    check(ppatch_patch_assemble(get(), &patches, &image, &coverage, eps));
  }
  ppatch_patch_solve_info solve(const Array& patches, const Array& image,
                                const Array* coverage = nullptr, const Array* weights = nullptr,
                                const ppatch_patch_solve_options& options = solve_options()) {
    auto info = detail::sized<ppatch_patch_solve_info>();
    check(ppatch_patch_solve(get(), &patches, weights, &image, coverage, &options, &info));
    return info;
  }
  std::uint64_t solve_bytes(const Array& image) {
    std::uint64_t bytes = 0;
    check(ppatch_patch_solve_bytes(get(), &image, &bytes));
    return bytes;
  }
  void position_gradient(const Array& image, const Array& cotangent, const Array& gradient,
                         const Array* curvature = nullptr) {
    check(ppatch_patch_position_gradient(get(), &image, &cotangent, &gradient, curvature));
  }
  void probe_extract(const Array& image, const Array& probe, const Array& waves) {
    check(ppatch_patch_probe_extract(get(), &image, &probe, &waves));
  }
  void probe_adjoint_image(const Array& waves, const Array& probe, const Array& image,
                           const Array* coverage = nullptr,
                           ppatch_adjoint_flags flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_probe_adjoint_image(get(), &waves, &probe, &image, coverage, flags));
  }
  void probe_adjoint_probe(const Array& image, const Array& waves, const Array& probe,
                           ppatch_adjoint_flags flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_probe_adjoint_probe(get(), &image, &waves, &probe, flags));
  }
  // Waves and their cotangent are patches where there is no probe.
  void position_normal(const Array& image, const Array* probe, const Array& cotangent,
                       const Array& gradient, const Array* normal = nullptr) {
    check(ppatch_patch_position_normal(get(), &image, probe, &cotangent, &gradient, normal));
  }

 private:
  PatchPlan(const Context& context, const Array* positions, const ppatch_patch_options& options) {
    ppatch_patch_plan* raw = nullptr;
    check(ppatch_patch_plan_create(&raw, context.get(), positions, &options));
    plan_.reset(raw);
  }

  std::unique_ptr<ppatch_patch_plan, detail::Destroy<ppatch_patch_plan, ppatch_patch_plan_destroy>>
      plan_;
};

inline ppatch_scan_fit_options scan_fit_options() {
  return detail::sized<ppatch_scan_fit_options>();
}

// information and residual may be null.
inline ppatch_scan_fit_info fit_scan(const Array& nominal, const Array& refined,
                                     const Array* information = nullptr,
                                     const Array* residual = nullptr,
                                     const ppatch_scan_fit_options& options = scan_fit_options()) {
  auto fit = detail::sized<ppatch_scan_fit_info>();
  check(ppatch_scan_fit(&nominal, &refined, information, &options, residual, &fit));
  return fit;
}

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_PATCHES_HPP_
