// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/image_loader.hpp"
#include "cuda/registration/scene_engine.hpp"
#include "cuda/registration/scene_memory_plan.hpp"
#include "cuda/registration/tile_shifts.hpp"

namespace ppatch {

std::uint64_t bytes_beside_scene(const SceneSettings& settings) {
  return ImageLoader::scratch_bytes(settings) + ImageLoader::pinned_bytes(settings) +
         CudaTileEngine::bytes(settings);
}

std::uint64_t scene_engine_bytes(const SceneSettings& settings, const Machine& machine) {
  const std::uint64_t beside = bytes_beside_scene(settings);
  if (SceneGeometry(settings, settings.height, settings.width).is_too_small()) return beside;
  const SceneMemoryPlan plan =
      scene_memory_plan_within(settings, beside, machine.settings.memory_budget);
  return plan.device_bytes() + plan.pinned_bytes() + beside;
}

}  // namespace ppatch
