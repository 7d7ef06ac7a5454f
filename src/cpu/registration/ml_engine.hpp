// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cpu/registration/scene_machine.hpp"

namespace ppatch {

// The maximum-likelihood method.
std::uint64_t ml_engine_bytes(const SceneSettings& settings, const SceneMachine& machine);
std::unique_ptr<SceneEngine> make_ml_engine(const SceneSettings& settings,
                                            const SceneMachine& machine);

}  // namespace ppatch
