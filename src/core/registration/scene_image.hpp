// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/backend.hpp"
#include "core/registration/scene_settings.hpp"

namespace ppatch {

// The view of a scene's image, checked; plan_levels: for images without their own.
SceneImageView read_scene_image(const std::string& name, const ppatch_scene_image& image,
                                const ppatch_cfa& cfa, const PixelLevels& plan_levels,
                                const Reach& reach);

}  // namespace ppatch
