// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ppatch {

// Where the content at a place of the reference lies in the moving image: offset + linear x. Places
// are (y, x) from the centre of the common area.
struct ImageMap {
  double offset[2] = {0.0, 0.0};
  double linear[4] = {1.0, 0.0, 0.0, 1.0};  // yy, yx, xy, xx

  void at(const double x[2], double out[2]) const {
    for (int axis = 0; axis < 2; ++axis) {
      out[axis] = offset[axis] + linear[2 * axis] * x[0] + linear[2 * axis + 1] * x[1];
    }
  }
  // Of vectors.
  void turn(const double v[2], double out[2]) const {
    for (int axis = 0; axis < 2; ++axis) {
      out[axis] = linear[2 * axis] * v[0] + linear[2 * axis + 1] * v[1];
    }
  }
  double determinant() const { return linear[0] * linear[3] - linear[1] * linear[2]; }
  // Of the nearest similarity.
  double scale() const { return std::sqrt(std::abs(determinant())); }
  double radians() const { return std::atan2(linear[2] - linear[1], linear[0] + linear[3]); }
  // The place in the reference whose content lies there.
  void back(const double there[2], double out[2]) const {
    const double y = there[0] - offset[0];
    const double x = there[1] - offset[1];
    out[0] = (linear[3] * y - linear[1] * x) / determinant();
    out[1] = (linear[0] * x - linear[2] * y) / determinant();
  }
  // The same in units of which `factor` are one of its own.
  ImageMap in_units(double factor) const {
    ImageMap map = *this;
    for (double& value : map.offset) value *= factor;
    return map;
  }
};

// How far two maps are apart at the corners of an area that reaches so far from the centre.
inline double distance_of(const ImageMap& a, const ImageMap& b, const double reach[2]) {
  double farthest = 0.0;
  for (int corner = 0; corner < 4; ++corner) {
    const double x[2] = {corner / 2 == 0 ? -reach[0] : reach[0],
                         corner % 2 == 0 ? -reach[1] : reach[1]};
    double at_a[2];
    double at_b[2];
    a.at(x, at_a);
    b.at(x, at_b);
    farthest = std::max({farthest, std::abs(at_a[0] - at_b[0]), std::abs(at_a[1] - at_b[1])});
  }
  return farthest;
}

}  // namespace ppatch
