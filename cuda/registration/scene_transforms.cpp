// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_transforms.hpp"

#include <algorithm>

namespace ppatch {
namespace {

device::PlaneBatch batch_of(const SceneMemoryPlan& layout, int level, std::int64_t planes) {
  const std::int64_t* size = transform_size(layout.geometry, level);
  return {size[0], size[1], planes, layout.spectrum_floats};
}

}  // namespace

SceneTransforms::SceneTransforms(const SceneMemoryPlan& layout) : has_many_(layout.together > 1) {
  for (int level = 0; level <= layout.geometry.scales; ++level) {
    one_[level] = device::PlaneTransform(batch_of(layout, level, 1));
    if (!has_many_) continue;
    many_[level] = device::PlaneTransform(batch_of(layout, level, layout.together));
  }
}

std::uint64_t SceneTransforms::work_bytes() const {
  std::uint64_t max_bytes = 0;
  for (int level = 0; level < most; ++level) {
    if (one_[level].batch().height == 0) break;
    max_bytes = std::max({max_bytes, one_[level].work_bytes(), together(level).work_bytes()});
  }
  return max_bytes;
}

std::uint64_t SceneTransforms::work_bytes_of(const SceneMemoryPlan& layout) {
  std::uint64_t max_bytes = 0;
  for (int level = 0; level <= layout.geometry.scales; ++level) {
    for (const std::int64_t planes : {std::int64_t{1}, layout.together}) {
      max_bytes = std::max(max_bytes,
                           device::PlaneTransform::work_bytes_of(batch_of(layout, level, planes)));
    }
  }
  return max_bytes;
}

}  // namespace ppatch
