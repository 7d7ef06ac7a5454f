// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/backend.hpp"
#include "core/error.hpp"
#include "cpu/fft/fft.hpp"
#include "cpu/fft/slab_loops.hpp"
#include "cpu/host_engine.hpp"
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

// Throws OUT_OF_MEMORY where an engine that needs at least so many bytes does not fit the budget.
inline void require_budget(const SceneSettings& settings, std::uint64_t least,
                           std::uint64_t budget) {
  if (least > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "options: images of ", settings.height, " x ", settings.width,
         " need a memory budget of at least ", least, " bytes, got ", budget);
  }
}

// An engine that aligns one image after another.
class SingleSceneEngine : public SceneEngine {
 public:
  void set_stream(void* stream) final { expect_no_stream(stream); }
  void align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) final {
    for (std::int64_t j = 0; j < count; ++j) sink.take(j, align_one(moving[j], sink.motion()));
  }

 protected:
  // motion: where the image's goes, nullptr where it is not asked for.
  virtual ppatch_shift align_one(const SceneImageView& moving, SceneMotion* motion) = 0;
};

// The maximum-likelihood method.
std::uint64_t ml_engine_bytes(const SceneSettings& settings, const SceneMachine& machine);
std::unique_ptr<SceneEngine> make_ml_engine(const SceneSettings& settings,
                                            const SceneMachine& machine);

// The methods phase, cross and per-plane.
std::uint64_t correlation_engine_bytes(const SceneSettings& settings, const SceneMachine& machine);
std::unique_ptr<SceneEngine> make_correlation_engine(const SceneSettings& settings,
                                                     const SceneMachine& machine);

}  // namespace ppatch
