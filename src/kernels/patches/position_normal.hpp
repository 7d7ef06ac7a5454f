// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/adjoint.hpp"
#include "kernels/patches/position_gradient.hpp"

namespace ppatch {

// By y and x: cotangent . derivative, and the products of the derivatives, each with a weight.
template <class T, int C>
struct NormalSums : LaneSums<T, C, 5> {
  enum Quantity {
    gradient_y = 0,
    gradient_x = 1,
    normal_yy = 2,
    normal_yx = 3,
    normal_xx = 4,
    quantities = 5
  };

  PPATCH_HD void add(int lane, T cotangent, T by_y, T by_x) {
    this->row[gradient_y][lane] += cotangent * by_y;
    this->row[gradient_x][lane] += cotangent * by_x;
    this->row[normal_yy][lane] += by_y * by_y;
    this->row[normal_yx][lane] += by_y * by_x;
    this->row[normal_xx][lane] += by_x * by_x;
  }

  PPATCH_HD void add_weighted(int lane, T cotangent, T weight, T by_y, T by_x) {
    this->row[gradient_y][lane] += cotangent * by_y;
    this->row[gradient_x][lane] += cotangent * by_x;
    this->row[normal_yy][lane] += weight * (by_y * by_y);
    this->row[normal_yx][lane] += weight * (by_y * by_x);
    this->row[normal_xx][lane] += weight * (by_x * by_x);
  }
};

// Where a position's gradient and normal matrix go.
template <class P>
struct NormalResult {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PositionResultView gradient, normal;
  int axis_of_y = 0;       // the column of the gradient that belongs to y
  double direction = 1.0;  // -1 where positions move the content

  PPATCH_HD void write(std::int64_t m, std::int64_t k, const NormalSums<T, C>& sums) const {
    for (int n = 0; n < NormalSums<T, C>::quantities; ++n) write_one(m, k, n, sums.sum(n));
  }

  // One of the quantities of NormalSums.
  PPATCH_HD void write_one(std::int64_t m, std::int64_t k, int quantity, double sum) const {
    using Sums = NormalSums<T, C>;
    if (quantity == Sums::gradient_y || quantity == Sums::gradient_x) {
      const bool by_y = quantity == Sums::gradient_y;
      store(gradient, m, k, by_y ? axis_of_y : 1 - axis_of_y, direction * sum);
    } else if (normal.data) {
      const int column = quantity - Sums::normal_yy;
      store(normal, m, k, axis_of_y == 0 ? column : 2 - column, sum);
    }
  }

  PPATCH_HD static void store(const PositionResultView& to, std::int64_t m, std::int64_t k,
                              int column, double value) {
    *to.template at<S>(m, k, column) = P::store(static_cast<T>(value));
  }
};

// Gradient and normal matrix of position k through waves whose image is interpolated. The modes of
// the probe are taken into the cotangent, and their power is the weight.
template <class P>
struct PositionNormal {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  AdjointPixel<P> waves;  // the cotangent, with the probe
  ImageView image;
  NormalResult<P> result;

  PPATCH_HD void operator()(std::int64_t m, std::int64_t k) const {
    const PatchProblem& problem = waves.problem;
    const Sampler<P> sampler(problem, image, problem.image_of(m, k),
                             gradient_patch_taps<T>(problem.interpolation, problem.origins[k]));
    const auto& y = sampler.taps.y;
    const auto& x = sampler.taps.x;
    const S* const wave = waves.in.template at<S>(m, k, 0);
    const S* const p0 = waves.probe.template at<S>(k, 0);
    NormalSums<T, C> sums;
    for (std::int64_t r = 0; r < problem.height; ++r) {
      for (std::int64_t q = 0; q < problem.width; ++q) {
        T g[C] = {};
        waves.cotangent(wave, p0, r, q, g);
        const T weight = waves.weight(p0, r, q);
        for (int c = 0; c < C; ++c) {
          sums.add_weighted(static_cast<int>(q % 32) * C + c, g[c], weight,
                            sampler.filtered(y.slope, x.weight, r, q, c),
                            sampler.filtered(y.weight, x.slope, r, q, c));
        }
      }
      sums.end_row();
    }
    result.write(m, k, sums);
  }
};

}  // namespace ppatch
