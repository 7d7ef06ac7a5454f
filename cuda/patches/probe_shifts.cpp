// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/probe_shifts.hpp"

#include <string>

#include "core/error.hpp"
namespace ppatch {

const device::ComplexTransform& ShiftTransforms::of(const PatchSettings& settings, bool is_double) {
  std::string reason;
  if (!device::has_complex_transforms(&reason)) {
    fail(PPATCH_ERROR_UNSUPPORTED, "waves with a shifted probe need transforms: ", reason);
  }
  auto& transform = transforms_[is_double ? 1 : 0];
  if (!transform) {
    transform = std::make_unique<device::ComplexTransform>(device::ComplexBatch{
        settings.patch_height, settings.patch_width, planes_of(settings), is_double});
  }
  return *transform;
}

}  // namespace ppatch
