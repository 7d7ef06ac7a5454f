// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/sampler.hpp"

namespace ppatch {

// Sums over a patch with a fixed order on every engine: 32 lanes by column, each component on its
// own, a row in the image's precision, rows in double precision, lanes last.
template <class T, int C, int Quantities>
struct LaneSums {
  static constexpr int lanes = 32 * C;

  T row[Quantities][lanes] = {};
  double total[Quantities][lanes] = {};

  PPATCH_HD void end_row() {
    for (int n = 0; n < Quantities; ++n) {
      for (int lane = 0; lane < lanes; ++lane) {
        total[n][lane] += static_cast<double>(row[n][lane]);
        row[n][lane] = T(0);
      }
    }
  }

  PPATCH_HD double sum(int n) const {
    double result = 0.0;
    for (int lane = 0; lane < lanes; ++lane) result += total[n][lane];
    return result;
  }
};

// By y and x: cotangent . derivative, and |derivative|^2.
template <class T, int C>
struct GradientSums : LaneSums<T, C, 4> {
  enum Quantity {
    gradient_y = 0,
    gradient_x = 1,
    curvature_y = 2,
    curvature_x = 3,
    quantities = 4
  };

  PPATCH_HD void add(int lane, T cotangent, T by_y, T by_x) {
    this->row[gradient_y][lane] += cotangent * by_y;
    this->row[gradient_x][lane] += cotangent * by_x;
    this->row[curvature_y][lane] += by_y * by_y;
    this->row[curvature_x][lane] += by_x * by_x;
  }
};

// Gradient and curvature of patch k by its position.
template <class P>
struct PositionGradient {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchProblem problem;
  ImageView image;
  PatchView cotangent;
  PositionResultView gradient, curvature;
  int axis_of_y = 0;       // the column of the results that belongs to y
  double direction = 1.0;  // -1 where positions move the content

  PPATCH_HD void write(std::int64_t m, std::int64_t k, const GradientSums<T, C>& sums) const {
    using Sums = GradientSums<T, C>;
    const int axis_of_x = 1 - axis_of_y;
    *gradient.template at<S>(m, k, axis_of_y) =
        P::store(static_cast<T>(direction * sums.sum(Sums::gradient_y)));
    *gradient.template at<S>(m, k, axis_of_x) =
        P::store(static_cast<T>(direction * sums.sum(Sums::gradient_x)));
    if (!curvature.data) return;
    *curvature.template at<S>(m, k, axis_of_y) =
        P::store(static_cast<T>(sums.sum(Sums::curvature_y)));
    *curvature.template at<S>(m, k, axis_of_x) =
        P::store(static_cast<T>(sums.sum(Sums::curvature_x)));
  }

  PPATCH_HD void operator()(std::int64_t m, std::int64_t k) const {
    const Sampler<P> sampler(problem, image, problem.image_of(m, k),
                             gradient_patch_taps<T>(problem.interpolation, problem.origins[k]));
    const auto& y = sampler.taps.y;
    const auto& x = sampler.taps.x;
    GradientSums<T, C> sums;
    for (std::int64_t r = 0; r < problem.height; ++r) {
      for (std::int64_t q = 0; q < problem.width; ++q) {
        const S* g =
            cotangent.template at<S>(m, k, 0) + r * cotangent.stride_y + q * cotangent.stride_x;
        for (int c = 0; c < C; ++c) {
          sums.add(static_cast<int>(q % 32) * C + c, P::load(g[c]),
                   sampler.filtered(y.slope, x.weight, r, q, c),
                   sampler.filtered(y.weight, x.slope, r, q, c));
        }
      }
      sums.end_row();
    }
    write(m, k, sums);
  }
};

}  // namespace ppatch
