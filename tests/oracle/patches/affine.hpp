// SPDX-License-Identifier: Apache-2.0
//
// An affine map between two sets of positions by least squares: whitened rows and Householder
// reflections, without weights of any kind.
#pragma once

#include <vector>

namespace oracle {

struct AffineProblem {
  std::vector<double> nominal, refined;  // (K, 2): y, x
  std::vector<double> information;       // (K, 3): yy, yx, xx; empty: 1, 0, 1
};

// Of shift_y, shift_x, matrix_yy, matrix_yx, matrix_xy, matrix_xx, about the mean of nominal.
struct AffineAnswer {
  std::vector<double> parameters;  // 6
  std::vector<double> covariance;  // 6 x 6, the inverse of the normal matrix
  std::vector<double> residual;    // (K, 2)
  double sum_of_squares;           // of the residuals, by the information
};

AffineAnswer affine(const AffineProblem& problem);

}  // namespace oracle
