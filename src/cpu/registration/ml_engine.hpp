// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_REGISTRATION_ML_ENGINE_HPP_
#define PTYCHOPATCH_CPU_REGISTRATION_ML_ENGINE_HPP_

#include <memory>

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

// The maximum-likelihood method.
std::uint64_t ml_engine_bytes(const SceneSettings& settings, const SceneMachine& machine);
std::unique_ptr<SceneEngine> make_ml_engine(const SceneSettings& settings,
                                            const SceneMachine& machine);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CPU_REGISTRATION_ML_ENGINE_HPP_
