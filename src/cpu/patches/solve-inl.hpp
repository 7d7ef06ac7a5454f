// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_SOLVE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_SOLVE_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_SOLVE_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_SOLVE_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/patches/solve_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

template <class T>
void multiply_stencil_row(const StencilRow<T>& row) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<T> d;
  const HalfStencil& half = *row.half;
  std::int64_t ahead[HalfStencil::max_count];  // of the image, to the neighbour
  std::int64_t back[HalfStencil::max_count];   // of the coefficients, to the other neighbour's
  for (int n = 0; n < half.count; ++n) {
    ahead[n] = half.dy[n] * row.in_row + half.dx[n];
    back[n] = n * row.plane - half.dy[n] * row.coefficient_row - half.dx[n];
  }
  for (int c = 0; c < row.components; ++c) {
    const T* in = row.in + c * row.plane;
    T* out = row.out + c * row.plane;
    for (std::int64_t x = 0; x < row.width; x += vector_lanes<T>) {
      const T* own = row.coefficients + x;
      auto sum = hn::Mul(hn::LoadU(d, own), hn::LoadU(d, in + x));
      for (int n = 1; n < half.count; ++n) {
        sum = multiply_add_lanes(hn::LoadU(d, own + n * row.plane), hn::LoadU(d, in + x + ahead[n]),
                                 sum);
        sum = multiply_add_lanes(hn::LoadU(d, own + back[n]), hn::LoadU(d, in + x - ahead[n]), sum);
      }
      hn::StoreU(sum, d, out + x);
    }
  }
}

template <class T>
void turn_row(const T* HWY_RESTRICT diagonal, const T* HWY_RESTRICT residual, T beta,
              T* HWY_RESTRICT to, std::int64_t width) {
  for (std::int64_t x = 0; x < width; ++x) to[x] = diagonal[x] * residual[x] + beta * to[x];
}

HWY_INLINE double sum_of_solve_lanes(const double* lane) {
  double sum = 0.0;
  for (std::int64_t l = 0; l < solve_lanes; ++l) sum += lane[l];
  return sum;
}

template <class T>
RowSums step_row(T alpha, const T* HWY_RESTRICT direction, const T* HWY_RESTRICT product,
                 const T* HWY_RESTRICT diagonal, T* HWY_RESTRICT x, T* HWY_RESTRICT residual,
                 std::int64_t width) {
  double squares[solve_lanes] = {};
  double weighted[solve_lanes] = {};
  const auto one = [&](std::int64_t i, std::int64_t l) HWY_ATTR {
    x[i] += alpha * direction[i];
    residual[i] += (-alpha) * product[i];
    const auto r = static_cast<double>(residual[i]);
    const double square = r * r;
    squares[l] += square;
    weighted[l] += square * static_cast<double>(diagonal[i]);
  };
  std::int64_t i = 0;
  for (; i + solve_lanes <= width; i += solve_lanes) {
    PPATCH_INDEPENDENT
    for (std::int64_t l = 0; l < solve_lanes; ++l) one(i + l, l);
  }
  for (std::int64_t l = 0; i < width; ++i, ++l) one(i, l);
  return {sum_of_solve_lanes(squares), sum_of_solve_lanes(weighted)};
}

template <class T>
double dot_row(const T* HWY_RESTRICT a, const T* HWY_RESTRICT b, std::int64_t width) {
  double lane[solve_lanes] = {};
  std::int64_t i = 0;
  for (; i + solve_lanes <= width; i += solve_lanes) {
    for (std::int64_t l = 0; l < solve_lanes; ++l) {
      lane[l] += static_cast<double>(a[i + l]) * static_cast<double>(b[i + l]);
    }
  }
  for (std::int64_t l = 0; i < width; ++i, ++l) {
    lane[l] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum_of_solve_lanes(lane);
}

void add_scaled_row(double a, const double* HWY_RESTRICT from, double* HWY_RESTRICT to,
                    std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = multiply_add(a, from[i], to[i]);
}

template <class T>
SolveLoops<T> solve_loops_of() {
  return {&multiply_stencil_row<T>, &turn_row<T>, &step_row<T>, &dot_row<T>};
}

SolveLoopTable solve_loops() {
  return {solve_loops_of<float>(), solve_loops_of<double>(), &add_scaled_row};
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
