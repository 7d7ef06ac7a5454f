// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Largest difference between the library and PtychoPINN's get_image_patches for n x n patches of
// groups of gridsize^2, on a random image of unit scale; NaN where the library answers NaN.
double ptychopinn_difference(std::uint64_t seed, std::int64_t n, std::int64_t gridsize,
                             bool mirrored);
