// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"
#include "cpu/fft/fft.hpp"
#include "cpu/fft/slab_loops.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// What a scene engine gets from its backend, which outlives it.
struct SceneMachine {
  const Arena* arena = nullptr;
  const SceneLoops* loops = nullptr;
  const SlabLoops* slabs = nullptr;
  FftProvider fft;
  const BackendSettings* settings = nullptr;
};

}  // namespace ppatch
