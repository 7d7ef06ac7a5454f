// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "math/hd.hpp"

// The trend of a window: the polynomial in both coordinates, of total degree 3, that fits it best
// under its taper. A sky, vignetting and the tilt of a horizon's ground are that, and move with the
// taper instead of with the scene.
namespace ppatch {

constexpr int trend_terms = 4;  // of a polynomial along one axis
constexpr int trend_sums = 10;  // of u^k v^l with k + l < trend_terms
constexpr int trend_moments = 2 * trend_terms - 1;

// Where the sum of u^k v^l is among them.
PPATCH_HD constexpr int trend_sum_at(int k, int l) { return k * trend_terms - k * (k - 1) / 2 + l; }

// How many terms n samples carry.
PPATCH_HD int trend_terms_of(std::int64_t n) { return n < 8 ? 1 : n < 16 ? 2 : trend_terms; }

// Sample i of n, in (-1, 1).
PPATCH_HD double trend_coordinate(std::int64_t i, std::int64_t n) {
  return (2.0 * static_cast<double>(i) + 1.0) / static_cast<double>(n) - 1.0;
}

// Polynomials of rising degree, orthonormal under the weights whose moments are given:
// row i has the coefficients of powers 0 to i.
struct OrthonormalPolynomials {
  double coefficient[trend_terms][trend_terms] = {};
};

// By Gram and Schmidt, in the order of degrees.
PPATCH_HD void fill_orthonormal(const double* moments, int terms, OrthonormalPolynomials& out) {
  for (int i = 0; i < terms; ++i) {
    double p[trend_terms] = {};
    p[i] = 1.0;
    // Twice: what rounding leaves of the first pass.
    for (int pass = 0; pass < 2; ++pass) {
      for (int j = 0; j < i; ++j) {
        double product = 0.0;
        for (int a = 0; a <= i; ++a) {
          for (int b = 0; b <= j; ++b) product += p[a] * out.coefficient[j][b] * moments[a + b];
        }
        for (int b = 0; b <= j; ++b) p[b] -= product * out.coefficient[j][b];
      }
    }
    double square = 0.0;
    for (int a = 0; a <= i; ++a) {
      for (int b = 0; b <= i; ++b) square += p[a] * p[b] * moments[a + b];
    }
    if (!(square > 0.0)) return;  // fewer samples than terms
    const double scale = 1.0 / std::sqrt(square);
    for (int a = 0; a <= i; ++a) out.coefficient[i][a] = scale * p[a];
  }
}

// The coefficients of u^k v^l.
struct Trend {
  double coefficient[trend_terms][trend_terms] = {};

  // Those of v^l in the row at u.
  PPATCH_HD void row(double u, float (&out)[trend_terms]) const {
    for (int l = 0; l < trend_terms; ++l) {
      double sum = 0.0;
      for (int k = trend_terms - 1 - l; k >= 0; --k) sum = sum * u + coefficient[k][l];
      out[l] = static_cast<float>(sum);
    }
  }
};

// sums: of weight_y weight_x u^k v^l times the samples; y, x: polynomials under both weights.
PPATCH_HD void fit_trend(const double* sums, const OrthonormalPolynomials& y,
                         const OrthonormalPolynomials& x, Trend& trend) {
  for (int i = 0; i < trend_terms; ++i) {
    for (int j = 0; i + j < trend_terms; ++j) {
      double projection = 0.0;
      for (int k = 0; k <= i; ++k) {
        for (int l = 0; l <= j; ++l) {
          projection += y.coefficient[i][k] * x.coefficient[j][l] * sums[trend_sum_at(k, l)];
        }
      }
      for (int k = 0; k <= i; ++k) {
        for (int l = 0; l <= j; ++l) {
          trend.coefficient[k][l] += projection * y.coefficient[i][k] * x.coefficient[j][l];
        }
      }
    }
  }
}

// A row's trend at v.
PPATCH_HD float trend_at(const float (&row)[trend_terms], float v) {
  return row[0] + v * (row[1] + v * (row[2] + v * row[3]));
}

}  // namespace ppatch
