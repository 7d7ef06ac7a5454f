// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/scene_engine.hpp"
#include "math/registration/motion_map.hpp"

namespace ppatch {

// The caller's motion, checked, with the memory of its field.
class MotionField {
 public:
  // tiles: of a motion of the model FIELD alone. displacement: the sign of all of them.
  MotionField(const ppatch_scene_motion& motion, std::int64_t tile_count,
              const ppatch_tile_shift* tiles, bool displacement);

  // Borrows this object's memory.
  MotionMap map() const;
  // One shift everywhere.
  bool is_shift() const;

 private:
  // What a sound tile has beyond the affine map.
  struct Residual {
    double centre[2], value[2];
  };
  void take_tiles(std::int64_t count, const ppatch_tile_shift* tiles, double sign);
  void lay_lattice(std::int64_t count, const std::vector<Residual>& residuals);

  MotionMap map_;  // its field without values
  std::vector<double> values_;
};

}  // namespace ppatch
