// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_workspace.hpp"

#include <algorithm>
#include <utility>

namespace ppatch {
namespace {

device::PlaneBatch batch_of(const SceneMemoryPlan& plan, int scale, std::int64_t planes) {
  const std::int64_t* size = transform_size(plan.geometry, scale);
  return {size[0], size[1], planes, plan.spectrum_floats};
}

bool may_do_with_less(const Error& error) {
  return error.status() == PPATCH_ERROR_OUT_OF_MEMORY || error.status() == PPATCH_ERROR_UNSUPPORTED;
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

void SceneWorkspace::take(const SceneGeometry& geometry, std::uint64_t loader_bytes,
                          const Machine& machine) {
  const std::uint64_t budget = machine.settings.memory_budget;
  const std::uint64_t room = budget - std::min(budget, loader_bytes);
  std::int64_t together = SceneMemoryPlan::planes_together(geometry);
  std::int64_t max_images = SceneMemoryPlan(geometry, together).max_images();
  for (;;) {
    SceneMemoryPlan made(geometry, together);
    try {
      SceneTransforms made_transforms(made);
      made.work_bytes = made_transforms.work_bytes();
      made.choose_images(max_images, room);
      if (made.device_bytes() + made.pinned_bytes() > room) {
        fail(PPATCH_ERROR_OUT_OF_MEMORY, "images of ", geometry.height, " x ", geometry.width,
             " need a memory budget of at least ",
             made.device_bytes() + made.pinned_bytes() + loader_bytes, " bytes, got ", budget);
      }
      memory.take(made, machine.allocator);
      transforms = std::move(made_transforms);
      plan = made;
      break;
    } catch (const Error& error) {
      memory.release();
      const std::int64_t tried = made.images > 0 ? made.images : max_images;
      if (!may_do_with_less(error) || tried == 1) throw;
      max_images = tried / 2;
      together = std::min(together, max_images);
      machine.callbacks().log(PPATCH_LOG_LEVEL_WARNING, "scene plan: ", tried,
                              " images at a time fail, trying ", max_images, ": ", error.what());
    }
  }
}

}  // namespace ppatch
