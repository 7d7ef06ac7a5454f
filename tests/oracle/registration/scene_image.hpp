// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oracle/registration/registration.hpp"

namespace oracle {

struct SceneImage {
  std::vector<double> samples;
  int repaired = 0;  // pixels
};

// A reference's band-limited image from its definition: a mosaic of these letters, none where there
// are none, conditioned (at most 48 of its periods on either axis, so that no sample of them stands
// for all) and every step-th sample kept along both axes. white 0: nothing is clipped.
SceneImage scene_image(const std::string& letters, const Image& pixels, double black, double white,
                       std::int64_t step);

}  // namespace oracle
