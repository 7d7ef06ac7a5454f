// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_transforms.hpp"

#include <algorithm>

namespace ppatch {
namespace {

device::PlaneBatch batch_of(const SceneMemoryPlan& plan, int scale, std::int64_t planes) {
  const std::int64_t* size = transform_size(plan.geometry, scale);
  return {size[0], size[1], planes, plan.spectrum_floats};
}

}  // namespace

SceneTransforms::SceneTransforms(const SceneMemoryPlan& plan) : has_many_(plan.together > 1) {
  for (int scale = 0; scale <= plan.geometry.scales; ++scale) {
    one_[scale] = device::PlaneTransform(batch_of(plan, scale, 1));
    if (!has_many_) continue;
    many_[scale] = device::PlaneTransform(batch_of(plan, scale, plan.together));
  }
}

std::uint64_t SceneTransforms::work_bytes() const {
  std::uint64_t max_bytes = 0;
  for (int scale = 0; scale < max_sizes; ++scale) {
    if (one_[scale].batch().height == 0) break;
    max_bytes = std::max({max_bytes, one_[scale].work_bytes(), together(scale).work_bytes()});
  }
  return max_bytes;
}

std::uint64_t SceneTransforms::work_bytes_of(const SceneMemoryPlan& plan) {
  std::uint64_t max_bytes = 0;
  for (int scale = 0; scale <= plan.geometry.scales; ++scale) {
    for (const std::int64_t planes : {std::int64_t{1}, plan.together}) {
      max_bytes =
          std::max(max_bytes, device::PlaneTransform::work_bytes_of(batch_of(plan, scale, planes)));
    }
  }
  return max_bytes;
}

}  // namespace ppatch
