// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "math/elementary.hpp"
#include "math/hd.hpp"
#include "math/registration/shift_sums.hpp"

namespace ppatch {

// Near the maximum, about which c is even but for noise, a step is about the cube of the one
// before: that after one below this would be below 1e-7.
constexpr double done_step = 2e-3;
constexpr int max_steps = 8;

// One step uphill from the NewtonSums of a pass, samples; false where there is nowhere to go.
PPATCH_HD bool newton_step(const double* sums, double step[2]) {
  constexpr double max_step = 0.5;
  constexpr double small_step = 0.1;  // along the gradient where there is no maximum near
  const double gy = sums[gradient_y];
  const double gx = sums[gradient_x];
  const double yy = sums[hessian_yy];
  const double yx = sums[hessian_yx];
  const double xx = sums[hessian_xx];
  const double determinant = yy * xx - yx * yx;
  if (yy < 0.0 && xx < 0.0 && determinant > 1e-12 * yy * xx) {
    step[0] = -(xx * gy - yx * gx) / determinant / (2.0 * pi);
    step[1] = -(yy * gx - yx * gy) / determinant / (2.0 * pi);
  } else if (yy < 0.0 && xx == 0.0) {  // images of one column
    step[0] = -gy / yy / (2.0 * pi);
    step[1] = 0.0;
  } else if (xx < 0.0 && yy == 0.0) {
    step[0] = 0.0;
    step[1] = -gx / xx / (2.0 * pi);
  } else {
    const double length = std::sqrt(gy * gy + gx * gx);
    if (!(length > 0.0)) return false;
    step[0] = small_step * gy / length;
    step[1] = small_step * gx / length;
  }
  const double length = std::sqrt(step[0] * step[0] + step[1] * step[1]);
  if (!(length < static_cast<double>(INFINITY))) return false;
  if (length > max_step) {
    step[0] *= max_step / length;
    step[1] *= max_step / length;
  }
  return true;
}

// Whether that step was the last one.
PPATCH_HD bool is_done(const double step[2]) {
  return step[0] < done_step && -step[0] < done_step && step[1] < done_step && -step[1] < done_step;
}

}  // namespace ppatch
