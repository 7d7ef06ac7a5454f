// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// Sums over a row of an image are kept in so many lanes, by column, and added lane by lane: the
// order is the same for every SIMD target.
constexpr std::int64_t solve_lanes = 32;

constexpr int half_stencil_count(int reach) { return reach + 1 + reach * (2 * reach + 1); }

// One half of a symmetric stencil: its offsets (0, 0), (0, 1) .. (0, reach), then the rows below
// from -reach to reach.
struct HalfStencil {
  static constexpr int max_reach = 5;
  static constexpr int max_count = half_stencil_count(max_reach);

  int count = 1;
  std::int16_t dy[max_count] = {};
  std::int16_t dx[max_count] = {};

  static HalfStencil of(int reach) {
    HalfStencil half;
    half.count = 0;
    for (int y = 0; y <= reach; ++y) {
      for (int x = y == 0 ? 0 : -reach; x <= reach; ++x, ++half.count) {
        half.dy[half.count] = static_cast<std::int16_t>(y);
        half.dx[half.count] = static_cast<std::int16_t>(x);
      }
    }
    return half;
  }
};

// A row of a symmetric stencil's product with an image, at column 0 of each. Components of pixels
// lie in planes, `plane` scalars apart; so do the stencil's coefficients.
template <class T>
struct StencilRow {
  const HalfStencil* half = nullptr;
  const T* coefficients = nullptr;
  std::int64_t coefficient_row = 0;  // from row to row
  const T* in = nullptr;
  std::int64_t in_row = 0;
  T* out = nullptr;
  std::int64_t plane = 0;
  std::int64_t width = 0;
  int components = 1;
};

// What an iteration's sums over a row are.
struct RowSums {
  double first = 0.0, second = 0.0, third = 0.0;
};

// The loops of conjugate gradients over rows of `width` pixels, in planes as above. Whole vectors
// may be written: rows have room for them.
template <class T>
struct SolveLoops {
  // out = stencil * in
  void (*multiply)(const StencilRow<T>& row);
  // to = diagonal * residual + beta * to
  void (*turn)(const T* diagonal, const T* residual, T beta, T* to, std::int64_t width);
  // x += alpha * direction, residual -= alpha * product; the sums of residual^2 and of residual^2
  // * diagonal.
  RowSums (*step)(T alpha, const T* direction, const T* product, const T* diagonal, T* x,
                  T* residual, std::int64_t width);
  // The sum of a * b.
  double (*dot)(const T* a, const T* b, std::int64_t width);
};

struct SolveLoopTable {
  SolveLoops<float> single;
  SolveLoops<double> twice;
  // to += a * from
  void (*add)(double a, const double* from, double* to, std::int64_t count);

  template <class T>
  const SolveLoops<T>& of() const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return single;
    } else {
      return twice;
    }
  }
};

}  // namespace ppatch
