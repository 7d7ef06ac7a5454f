// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/patch_state.hpp"

#include "core/dtype_dispatch.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {

PatchState::PatchState(const PatchSettings& settings, const PatchMemoryPlan& plan,
                       const BackendSettings& backend, const SolveMachine& solver)
    : settings_(settings), backend_(backend), solver_(solver), scratch_(plan, *backend.allocator) {}

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

SolveAnswer PatchState::solve(const PatchSolve& job) {
  return solve_patches(settings_, problem(), job, solver_, scratch_bytes());
}

std::uint64_t PatchState::solve_bytes(const ImageView& image) const {
  return ppatch::solve_bytes(settings_, image, solver_.arena->num_threads());
}

}  // namespace ppatch
