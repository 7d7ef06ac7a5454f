// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "core/registration/scene_engine.hpp"
#include "kernels/registration/conditioning.hpp"

namespace ppatch {

// Those of an image under a CFA pattern of that period.
inline ConditioningRules conditioning_rules(const SceneImageView& image, int period,
                                            bool replaces_clipped) {
  ConditioningRules rules;
  rules.period = period;
  std::copy(image.black, image.black + max_cfa_phases, rules.black);
  rules.white = image.white;
  rules.clips = image.clips;
  rules.replaces_clipped = replaces_clipped;
  rules.masked = image.mask != nullptr;
  rules.integers = is_integer(image.dtype);
  return rules;
}

}  // namespace ppatch
