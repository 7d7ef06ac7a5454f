// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/image_map.hpp"
#include "core/registration/shift_answer.hpp"
#include "math/registration/tile_warp.hpp"

namespace ppatch {

// The tiles of a plane's part that two images have in common: half overlapping, evenly laid.
struct MotionGrid {
  MotionGrid() = default;
  // displacement: of the moving image, rounded.
  MotionGrid(const std::int64_t size[2], const std::int64_t displacement[2], std::int64_t side);

  // Of a part of a plane.
  static MotionGrid within(const std::int64_t start[2], const std::int64_t size[2],
                           std::int64_t side);

  bool any() const { return side > 0; }
  std::int64_t count() const { return tiles[0] * tiles[1]; }
  // The first sample of a tile.
  std::int64_t start(int axis, std::int64_t i) const;

  std::int64_t side = 0;  // 0: too little is in common for two tiles along each axis
  std::int64_t first[2] = {0, 0}, length[2] = {0, 0}, tiles[2] = {0, 0};

  // The side of tiles of planes of a size; 0: they are too small for any.
  static std::int64_t side_of(const std::int64_t size[2]);
  // The next larger one, for images of much noise; 0: there is none.
  static std::int64_t side_beyond(std::int64_t side);
  // The next smaller one; 0: there is none.
  static std::int64_t side_below(std::int64_t side);
  // The largest that such planes have.
  static std::int64_t max_side_of(const std::int64_t size[2]);
  // At most, of planes of that size or smaller.
  static std::int64_t max_count(const std::int64_t size[2]);
};

// A tile as a scene of its own: its shifts are looked for up to a quarter of its side.
SceneSettings tile_settings(const SceneSettings& settings, std::int64_t side);
SceneGeometry tile_geometry(const SceneSettings& settings, std::int64_t side);

// A tile of the reference, from sample `first` on, and where its like is looked for.
struct TileTask {
  std::int64_t first[2] = {0, 0};
  // Of the moving image: at whole samples, or warped.
  std::int64_t moving[2] = {0, 0};
  bool warps = false;
  TileWarp warp;
  double displacement[2] = {0.0, 0.0};  // of the tile's middle
};

struct TileShift {
  FineShift shift;  // what is left beside the task's displacement
  ShiftQuality quality;
};

// An engine's part: a pair of planes by tiles. Tasks lie within both planes.
class TileEngine {
 public:
  virtual ~TileEngine() = default;
  virtual void find_peaks(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                          CoarsePeak* peaks) = 0;
  virtual void find_shifts(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                           TileShift* shifts) = 0;
};

// How often a tile's shift is looked for, see max_attempts.
constexpr int tile_attempts = 3;

// A scene's motion and what its tiles tell, in px, of registration's sign.
struct SceneMotion {
  ppatch_scene_motion motion{};
  std::vector<ppatch_tile_shift> tiles;
};

// Measures tiles from the shift that has been found on; where they contradict it, a flag and the
// covariance of the result say so.
// map: nullptr, or that by which the moving plane was brought onto the reference's, in samples;
// what it is then, by the model, is written to `found`; what contradicts is what the model does not
// explain.
void find_motion(TileEngine& engine, const SceneGeometry& geometry, const SceneSettings& settings,
                 ppatch_shift& result, SceneMotion& motion, const ImageMap* map = nullptr,
                 ImageMap* found = nullptr);

// Of an image that has none.
void begin_motion(const SceneSettings& settings, const ppatch_shift& result, SceneMotion& motion);

}  // namespace ppatch
