// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// What the other images of a scene say of one shift.
struct Closure {
  std::size_t triangles = 0;      // images that were aligned with both
  double chi_square = 0.0;        // of the triangle in the middle, over chi^2's own median
  double residual[2] = {0., 0.};  // of it: the shift less the way by the other image, px, (y, x)
};

// Shifts between the images of one scene. Round a triangle they add up to zero, whatever the scene
// shows: what they miss by is error, which sigma should tell.
class SceneClosure {
 public:
  // Of an image onto another, by their places in the scene's list; only what is ok counts.
  void add(std::size_t onto, std::size_t image, const ppatch_shift& shift);

  // None where no third image was aligned with both.
  std::optional<Closure> of(std::size_t onto, std::size_t image) const;

 private:
  struct Shift {
    double d[2];
    double covariance[3];  // yy, yx, xx
  };

  // Either way round.
  std::optional<Shift> between(std::size_t onto, std::size_t image) const;

  std::map<std::pair<std::size_t, std::size_t>, Shift> shifts_;
  std::size_t images_ = 0;
};

// Where chi^2 is above one: the covariance times chi^2, as of measurements that scatter by more
// than their errors (R. T. Birge, Phys. Rev. 40, 207, 1932), and the square of what the triangle in
// the middle misses by, less what errors alone would give: that is the shift's own error.
void widen(const Closure& closure, ppatch_shift& shift);

}  // namespace ptychopatch::alignment
