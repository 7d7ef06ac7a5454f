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

// The terms of `Count` offsets, in order, each with its neighbours on both sides; components side
// by side share their coefficients.
template <class T, int C, int Count>
HWY_NOINLINE void multiply_by_stencil(const StencilRow<T>& row) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<T> d;
  const HalfStencil& half = *row.half;
  std::int64_t ahead[Count];  // of the image, to the neighbour
  std::int64_t back[Count];   // of the coefficients, to the other neighbour's
  for (int n = 0; n < Count; ++n) {
    ahead[n] = half.dy[n] * row.in_row + half.dx[n];
    back[n] = n * row.plane - half.dy[n] * row.coefficient_row - half.dx[n];
  }
  const T* const second = row.in + (C - 1) * row.plane;
  for (std::int64_t x = 0; x < row.width; x += vector_lanes<T>) {
    const T* const own = row.coefficients + x;
    const T* const a = row.in + x;
    const T* const b = second + x;
    const auto centre = hn::LoadU(d, own);
    auto sum_a = hn::Mul(centre, hn::LoadU(d, a));
    auto sum_b = C == 2 ? hn::Mul(centre, hn::LoadU(d, b)) : sum_a;
    for (int n = 1; n < Count; ++n) {
      const auto to = hn::LoadU(d, own + n * row.plane);
      const auto from = hn::LoadU(d, own + back[n]);
      sum_a = multiply_add_lanes(to, hn::LoadU(d, a + ahead[n]), sum_a);
      if (C == 2) sum_b = multiply_add_lanes(to, hn::LoadU(d, b + ahead[n]), sum_b);
      sum_a = multiply_add_lanes(from, hn::LoadU(d, a - ahead[n]), sum_a);
      if (C == 2) sum_b = multiply_add_lanes(from, hn::LoadU(d, b - ahead[n]), sum_b);
    }
    hn::StoreU(sum_a, d, row.out + x);
    if (C == 2) hn::StoreU(sum_b, d, row.out + row.plane + x);
  }
}

template <class T, int C>
HWY_INLINE void multiply_components(const StencilRow<T>& row) {
  static_assert(HalfStencil::max_reach == 5);
  switch (row.half->count) {
    case half_stencil_count(0):
      return multiply_by_stencil<T, C, half_stencil_count(0)>(row);
    case half_stencil_count(1):
      return multiply_by_stencil<T, C, half_stencil_count(1)>(row);
    case half_stencil_count(3):
      return multiply_by_stencil<T, C, half_stencil_count(3)>(row);
    default:
      return multiply_by_stencil<T, C, half_stencil_count(5)>(row);
  }
}

template <class T>
void multiply_stencil_row(const StencilRow<T>& row) {
  row.components == 2 ? multiply_components<T, 2>(row) : multiply_components<T, 1>(row);
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
  return {sum_of_solve_lanes(squares), sum_of_solve_lanes(weighted), 0.0};
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
