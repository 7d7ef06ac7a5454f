// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

// How content has moved at a place of the reference: an affine map, and a field beside it.
namespace ppatch {

// The four coefficients of a cubic B-spline that count at a place, from the first on.
struct SplinePlace {
  std::int64_t first = 0;
  double weight[4];
};

// Of n intervals from `origin` on, 1 / scale each. Beyond them: at the nearest one's end.
PPATCH_HD void find_spline_place(double origin, double scale, std::int64_t n, double at,
                                 SplinePlace& place) {
  const double last = static_cast<double>(n);
  double t = (at - origin) * scale;
  t = t > 0.0 ? t : 0.0;
  t = t < last ? t : last;
  const auto interval = static_cast<std::int64_t>(t);
  place.first = interval < n ? interval : n - 1;
  const double f = t - static_cast<double>(place.first);
  const double g = 1.0 - f;
  place.weight[0] = g * g * g / 6.0;
  place.weight[1] = ((3.0 * f - 6.0) * f * f + 4.0) / 6.0;
  place.weight[2] = ((3.0 * g - 6.0) * g * g + 4.0) / 6.0;
  place.weight[3] = f * f * f / 6.0;
}

// A bicubic B-spline of two components on an even lattice.
struct FieldSpline {
  double origin[2] = {0.0, 0.0}, scale[2] = {1.0, 1.0};
  std::int64_t intervals[2] = {0, 0};
  const double* values = nullptr;  // rows of pairs of coefficients; nullptr: there is no field

  PPATCH_HD std::int64_t rows() const { return intervals[0] + 3; }
  PPATCH_HD std::int64_t columns() const { return intervals[1] + 3; }

  PPATCH_HD void add(double y, double x, double d[2]) const {
    SplinePlace down, across;
    find_spline_place(origin[0], scale[0], intervals[0], y, down);
    find_spline_place(origin[1], scale[1], intervals[1], x, across);
    double sum[2] = {0.0, 0.0};
    PPATCH_UNROLLED
    for (int j = 0; j < 4; ++j) {
      const double* const row = values + 2 * ((down.first + j) * columns() + across.first);
      double line[2] = {0.0, 0.0};
      PPATCH_UNROLLED
      for (int i = 0; i < 4; ++i) {
        line[0] += across.weight[i] * row[2 * i];
        line[1] += across.weight[i] * row[2 * i + 1];
      }
      sum[0] += down.weight[j] * line[0];
      sum[1] += down.weight[j] * line[1];
    }
    d[0] += sum[0];
    d[1] += sum[1];
  }
};

// d(x) = shift + slope (x - centre) and the field's part, px of the sign REGISTER.
struct MotionMap {
  double centre[2] = {0.0, 0.0}, shift[2] = {0.0, 0.0};
  double slope[4] = {0.0, 0.0, 0.0, 0.0};  // yy, yx, xy, xx
  FieldSpline field;

  PPATCH_HD void affine_at(double y, double x, double d[2]) const {
    const double v = y - centre[0];
    const double u = x - centre[1];
    d[0] = shift[0] + (slope[0] * v + slope[1] * u);
    d[1] = shift[1] + (slope[2] * v + slope[3] * u);
  }
  PPATCH_HD void at(double y, double x, double d[2]) const {
    affine_at(y, x, d);
    if (field.values) field.add(y, x, d);
  }
};

}  // namespace ppatch
