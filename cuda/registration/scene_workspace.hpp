// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/scene_memory.hpp"
#include "cuda/registration/scene_transforms.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// What a batch of images is worked on with.
struct SceneWorkspace {
  SceneMemoryPlan plan;
  SceneTransforms transforms;
  SceneMemory memory;

  // Transforms and memory for images of that geometry, as many at a time as can be had.
  void take(const SceneGeometry& geometry, std::uint64_t loader_bytes, const Machine& machine);
};

}  // namespace ppatch
