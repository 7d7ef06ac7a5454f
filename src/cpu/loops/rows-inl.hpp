// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD level: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_LOOPS_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_ROWS_INL_HPP_
#endif

#include <cstdint>
#include <type_traits>

#include "hwy/highway.h"
#include "kernels/patch_taps.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// Calls body with the number of taps as a constant.
template <class Body>
HWY_INLINE void with_taps(int count, Body&& body) {
  switch (count) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    case 4:
      return body(std::integral_constant<int, 4>{});
    default:
      return body(std::integral_constant<int, 6>{});
  }
}

template <class T>
struct Weights {
  T w[max_taps];
  explicit HWY_INLINE Weights(const T* from) {
    for (int j = 0; j < max_taps; ++j) w[j] = from[j];
  }
};

// out[i] = sum_j weight[j] in[i + j step], for n scalars; step is the distance of two pixels.
template <class T, int Step>
HWY_INLINE void filter_row(int count, const T* weight, const T* HWY_RESTRICT in,
                           T* HWY_RESTRICT out, std::int64_t n) {
  with_taps(count, [&](auto taps) HWY_ATTR {
    const Weights<T> weights(weight);
    for (std::int64_t i = 0; i < n; ++i) {
      out[i] = weighted_sum(taps(), weights.w, in + i, Step);
    }
  });
}

// out[i] = sum_j weight[j] rows[j][i]
template <class T>
HWY_INLINE void combine_rows(int count, const T* weight, const T* const* rows,
                             T* HWY_RESTRICT out, std::int64_t n) {
  with_taps(count, [&](auto taps) HWY_ATTR {
    const Weights<T> weights(weight);
    const T* HWY_RESTRICT row[taps()];
    for (int j = 0; j < taps(); ++j) row[j] = rows[j];
    for (std::int64_t i = 0; i < n; ++i) {
      T value[taps()];
      for (int j = 0; j < taps(); ++j) value[j] = row[j][i];
      out[i] = weighted_sum(taps(), weights.w, value, 1);
    }
  });
}

// out[i] += sum_j weight[j] rows[j][i]
template <class T>
HWY_INLINE void accumulate_rows(int count, const T* weight, const T* const* rows,
                                T* HWY_RESTRICT out, std::int64_t n) {
  with_taps(count, [&](auto taps) HWY_ATTR {
    const Weights<T> weights(weight);
    const T* HWY_RESTRICT row[taps()];
    for (int j = 0; j < taps(); ++j) row[j] = rows[j];
    for (std::int64_t i = 0; i < n; ++i) {
      T value[taps()];
      for (int j = 0; j < taps(); ++j) value[j] = row[j][i];
      out[i] += weighted_sum(taps(), weights.w, value, 1);
    }
  });
}

// The row itself where its pixels are contiguous, else a copy in buffer.
template <class T, int C>
HWY_INLINE const T* contiguous_row(const T* row, std::int64_t stride, std::int64_t pixels,
                                   T* HWY_RESTRICT buffer) {
  if (stride == C) return row;
  for (std::int64_t q = 0; q < pixels; ++q) {
    for (int c = 0; c < C; ++c) buffer[q * C + c] = row[q * stride + c];
  }
  return buffer;
}

template <class T, int C>
HWY_INLINE void store_row(const T* HWY_RESTRICT row, T* HWY_RESTRICT out, std::int64_t stride,
                          std::int64_t pixels) {
  for (std::int64_t q = 0; q < pixels; ++q) {
    for (int c = 0; c < C; ++c) out[q * stride + c] = row[q * C + c];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
