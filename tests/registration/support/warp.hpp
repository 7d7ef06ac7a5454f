// SPDX-License-Identifier: Apache-2.0
//
// Motions and tiles for ppatch_image_warp.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "registration/support/scene.hpp"

inline constexpr ppatch_interpolation interpolations[] = {
    PPATCH_INTERPOLATION_NEAREST, PPATCH_INTERPOLATION_BILINEAR, PPATCH_INTERPOLATION_BICUBIC,
    PPATCH_INTERPOLATION_LANCZOS3};

inline ppatch_scene_motion motion_of(ppatch_motion_model model = PPATCH_MOTION_MODEL_AFFINE) {
  ppatch_scene_motion motion{};
  motion.model = model;
  motion.matrix[0] = motion.matrix[3] = 1.0;
  return motion;
}

// Tiles of a grid that is not evenly laid, and whose tiles lie beside it.
inline std::vector<ppatch_tile_shift> draw_tiles(Random& random, int rows, int columns) {
  std::uniform_real_distribution<double> beside(-2.0, 2.0), pitch(6.0, 15.0), shift(-4.0, 4.0);
  std::uniform_int_distribution<int> kind(0, 5);
  const double step[2] = {pitch(random), pitch(random)};
  std::vector<ppatch_tile_shift> tiles;
  for (int i = 0; i < rows * columns; ++i) {
    ppatch_tile_shift tile{};
    const int row = i / columns;
    tile.centre[0] = step[0] * row + beside(random);
    tile.centre[1] = step[1] * (i % columns) + beside(random);
    for (double& value : tile.shift) value = shift(random);
    const int what = kind(random);
    if (what == 0) {
      tile.status = PPATCH_SHIFT_STATUS_UNRELATED;
      tile.shift[0] = tile.shift[1] = NAN;
    }
    if (what == 1) tile.flags = PPATCH_SHIFT_FLAG_MOVING;
    if (what == 2) tile.flags = PPATCH_SHIFT_FLAG_BLIND;
    tiles.push_back(tile);
  }
  return tiles;
}
