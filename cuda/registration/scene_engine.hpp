// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/machine.hpp"

namespace ppatch {

// What loads images and measures tiles.
std::uint64_t bytes_beside_scene(const SceneSettings& settings);
// The bytes throw OUT_OF_MEMORY where the budget is too small. The machine outlives the engine.
std::uint64_t scene_engine_bytes(const SceneSettings& settings, const Machine& machine);
std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings,
                                               const Machine& machine);

}  // namespace ppatch
