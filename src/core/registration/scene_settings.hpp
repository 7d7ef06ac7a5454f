// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"

namespace ppatch {

// The caller's options, checked, with defaults filled in.
SceneSettings read_scene_settings(const ppatch_scene_options* options);

// Black levels and white level of one image.
struct PixelLevels {
  double black[4] = {};  // by colour
  double white = 0.0;    // 0: none
};

// Checks them; name is the struct's.
void check_levels(const char* name, const PixelLevels& levels);

PixelLevels read_plan_levels(const ppatch_scene_options* options);

}  // namespace ppatch
