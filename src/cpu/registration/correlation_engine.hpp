// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cpu/registration/scene_machine.hpp"

namespace ppatch {

// The methods phase, cross and per-plane.
std::uint64_t correlation_engine_bytes(const SceneSettings& settings, const SceneMachine& machine);
std::unique_ptr<SceneEngine> make_correlation_engine(const SceneSettings& settings,
                                                     const SceneMachine& machine);

}  // namespace ppatch
