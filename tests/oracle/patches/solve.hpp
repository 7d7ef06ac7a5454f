// SPDX-License-Identifier: Apache-2.0
//
// Least-squares assembly by dense matrices: the normal equations of all images' pixels are written
// out and eliminated. For images of some hundred pixels.
#pragma once

#include <vector>

#include "oracle/patches/patches.hpp"

namespace oracle {

// matrix x = right, with the matrix real and symmetric, row by row.
struct NormalEquations {
  std::vector<double> matrix;
  Values right;
  Values start;                  // x0
  std::vector<double> coverage;  // A* W applied to ones
};

// Of sum_k weights[k] |A_k x - P_k|^2 + lambda |x - x0|^2. weights: of positions; empty: 1 each.
NormalEquations normal_equations(const Scan& scan, const Values& patches,
                                 const std::vector<double>& weights, double lambda);

// |matrix x - right| / |right|; 0 where the right side is 0.
double relative_residual(const NormalEquations& equations, const Values& x);

// By Gauss's elimination with pivots; the matrix has full rank.
Values solve(const NormalEquations& equations);

}  // namespace oracle
