// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/image_map.hpp"
#include "cpu/registration/decimator.hpp"

namespace ppatch {

// out[x] = from[map(x)], with places from the middle of either; 0 where that is beyond `from` or
// too near to its border. By the taps of tile_warp.hpp, whose table it takes; where a sample of
// `out` is more than one of `from`, they are as much wider.
void warp_plane(const Plane& from, const ImageMap& map, const double middle[2], const float* table,
                const Arena& arena, const Plane& out);

}  // namespace ppatch
