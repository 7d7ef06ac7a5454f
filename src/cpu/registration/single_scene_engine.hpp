// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"

namespace ppatch {

// An engine that aligns one image after another.
class SingleSceneEngine : public SceneEngine {
 public:
  void align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) final {
    for (std::int64_t j = 0; j < count; ++j) sink.take(j, align_one(moving[j]));
  }

 protected:
  virtual ppatch_shift align_one(const SceneImageView& moving) = 0;
};

}  // namespace ppatch
