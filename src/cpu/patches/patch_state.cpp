// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/patch_state.hpp"

#include "core/dtype_dispatch.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {

PatchState::PatchState(const PatchSettings& settings, const PatchMemoryPlan& layout,
                       const BackendSettings& backend)
    : settings_(settings), backend_(backend), scratch_(layout, *backend.allocator) {}

PatchProblem PatchState::problem() const {
  PatchProblem p;
  p.origins = origins_.data();
  p.image_index = has_image_index() ? image_index_.data() : nullptr;
  p.count = position_count();
  p.height = settings_.patch_height;
  p.width = settings_.patch_width;
  p.interpolation = settings_.interpolation;
  p.boundary = settings_.boundary;
  p.constant[0] = settings_.constant[0];
  p.constant[1] = settings_.constant[1];
  return p;
}

void PatchState::assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                          double eps) {
  adjoint(in, ProbeView{}, image, coverage, Accumulation::overwrite);
  with_pixel(image.dtype, [&](auto pixel) {
    const AssemblePixel<decltype(pixel)> job(image, coverage, eps);
    for (std::int64_t m = 0; m < image.count; ++m) {
      for (std::int64_t y = 0; y < image.height; ++y) {
        for (std::int64_t x = 0; x < image.width; ++x) job.divide(m, y, x);
      }
    }
  });
}

}  // namespace ppatch
