// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "math/hd.hpp"

namespace ppatch {

constexpr int max_cfa_phases = 36;
constexpr float no_bound = std::numeric_limits<float>::infinity();

// Sums over unclipped pixels that are not masked, less an origin, by CFA phase.
struct CfaPhaseSums {
  double count[max_cfa_phases], sum[max_cfa_phases], square[max_cfa_phases];
  double min[max_cfa_phases], max[max_cfa_phases];
  double pixels;  // looked at
  double finite;  // 1 or 0
};

// One of the doubles of CfaPhaseSums, told by its number.
struct CfaPhaseSum {
  static constexpr int count = static_cast<int>(sizeof(CfaPhaseSums) / sizeof(double));
  enum Kind { number, sum, square, min, max, rest };

  PPATCH_HD static int kind(int i) { return i / max_cfa_phases; }
  PPATCH_HD static double& at(CfaPhaseSums& sums, int i) {
    return reinterpret_cast<double*>(&sums)[i];
  }
  PPATCH_HD static double start(int i) {
    if (i == count - 1) return 1.0;  // finite
    return kind(i) == min ? no_bound : kind(i) == max ? -no_bound : 0.0;
  }
  PPATCH_HD static double joined(int i, double a, double b) {
    if (i == count - 1 || kind(i) == min) return b < a ? b : a;
    if (kind(i) == max) return b > a ? b : a;
    return a + b;
  }
};

// The number that is taken off all pixels before they are summed, from the first of them.
PPATCH_HD double sums_origin(double first) { return first - first == 0.0 ? first : 0.0; }

}  // namespace ppatch
