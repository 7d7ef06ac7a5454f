// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/registration/cfa_pattern.hpp"
#include "core/registration/motion.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t sides[] = {192, 128, 96, 64, 48, 32};
// Of them, an image has at least so many a side.
constexpr std::int64_t min_sides = 5;

// Along an axis of so many samples, at least two of them.
std::int64_t tiles_along(std::int64_t length, std::int64_t side) {
  const std::int64_t pitch = side / 2;
  return (length - side + pitch - 1) / pitch + 1;
}

}  // namespace

std::int64_t MotionGrid::side_of(const std::int64_t size[2]) {
  const std::int64_t shortest = std::min(size[0], size[1]);
  for (const std::int64_t side : sides) {
    if (min_sides * side <= shortest) return side;
  }
  const std::int64_t smallest = *std::rbegin(sides);
  return 2 * smallest <= shortest ? smallest : 0;
}

std::int64_t MotionGrid::max_count(const std::int64_t size[2]) {
  const std::int64_t shortest = std::min(size[0], size[1]);
  const std::int64_t longest = std::max(size[0], size[1]);
  std::int64_t most = 0;
  std::int64_t beyond = shortest + 1;  // sides of which the next larger tiles are
  for (const std::int64_t side : sides) {
    const bool last = side == *std::rbegin(sides);
    if ((last ? 2 : min_sides) * side > shortest) continue;
    most = std::max(most,
                    tiles_along(std::min(shortest, beyond - 1), side) * tiles_along(longest, side));
    beyond = min_sides * side;
  }
  return most;
}

std::int64_t MotionGrid::side_beyond(std::int64_t side) {
  std::int64_t next = 0;
  for (const std::int64_t larger : sides) {
    if (larger > side) next = larger;
  }
  return next;
}

std::int64_t MotionGrid::side_below(std::int64_t side) {
  for (const std::int64_t smaller : sides) {
    if (smaller < side) return smaller;
  }
  return 0;
}

MotionGrid MotionGrid::within(const std::int64_t start[2], const std::int64_t size[2],
                              std::int64_t whole) {
  MotionGrid grid;
  if (whole == 0 || size[0] < 2 * whole || size[1] < 2 * whole) return grid;
  for (int axis = 0; axis < 2; ++axis) {
    grid.first[axis] = start[axis];
    grid.length[axis] = size[axis];
    grid.tiles[axis] = tiles_along(size[axis], whole);
  }
  grid.side = whole;
  return grid;
}

std::int64_t MotionGrid::max_side_of(const std::int64_t size[2]) {
  const std::int64_t shortest = std::min(size[0], size[1]);
  for (const std::int64_t side : sides) {
    if (2 * side <= shortest) return side;
  }
  return 0;
}

MotionGrid::MotionGrid(const std::int64_t size[2], const std::int64_t displacement[2],
                       std::int64_t whole) {
  if (whole == 0) return;
  for (int axis = 0; axis < 2; ++axis) {
    first[axis] = std::max<std::int64_t>(0, -displacement[axis]);
    length[axis] = size[axis] - std::abs(displacement[axis]);
    if (length[axis] < 2 * whole) return;
    tiles[axis] = tiles_along(length[axis], whole);
  }
  side = whole;
}

std::int64_t MotionGrid::start(int axis, std::int64_t i) const {
  return first[axis] + (length[axis] - side) * i / (tiles[axis] - 1);
}

SceneSettings tile_settings(const SceneSettings& settings, std::int64_t side) {
  SceneSettings tile = settings;
  const std::int64_t step = block_side(settings.cfa);
  tile.height = tile.width = side * step;
  const std::int64_t reach = (side / 4 - 1) * step;
  for (double& max_shift : tile.max_shift) max_shift = static_cast<double>(reach);
  return tile;
}

SceneGeometry tile_geometry(const SceneSettings& settings, std::int64_t side) {
  const SceneSettings tile = tile_settings(settings, side);
  return {tile, tile.height, tile.width};
}

}  // namespace ppatch
