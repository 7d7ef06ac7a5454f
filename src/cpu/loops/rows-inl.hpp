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

// The rows that a loop reads and writes do not overlap.
#if defined(__clang__)
#define PPATCH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define PPATCH_INDEPENDENT _Pragma("GCC ivdep")
#endif

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

template <class T, int N>
struct Weights {
  T w[N];
  explicit HWY_INLINE Weights(const T* from) {
    for (int j = 0; j < N; ++j) w[j] = from[j];
  }
};

template <class T, int Step, int N>
HWY_NOINLINE void filter_row_n(const T* weight, const T* in, T* out, std::int64_t n) {
  const Weights<T, N> weights(weight);
  PPATCH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) out[i] = weighted_sum(N, weights.w, in + i, Step);
}

// out[i] = sum_j weight[j] in[i + j Step], for n scalars; Step is the distance of two pixels.
template <class T, int Step>
HWY_INLINE void filter_row(int count, const T* weight, const T* in, T* out, std::int64_t n) {
  with_taps(count, [=](auto taps) HWY_ATTR { filter_row_n<T, Step, taps()>(weight, in, out, n); });
}

template <class T, bool Add, int N>
HWY_NOINLINE void combine_rows_n(const T* weight, const T* const* rows, T* out, std::int64_t n) {
  const Weights<T, N> weights(weight);
  const T* row[N];
  for (int j = 0; j < N; ++j) row[j] = rows[j];
  PPATCH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    T value[N];
    for (int j = 0; j < N; ++j) value[j] = row[j][i];
    const T sum = weighted_sum(N, weights.w, value, 1);
    out[i] = Add ? out[i] + sum : sum;
  }
}

// out[i] = sum_j weight[j] rows[j][i]; added to what out holds where Add.
template <class T, bool Add>
HWY_INLINE void combine_rows(int count, const T* weight, const T* const* rows, T* out,
                             std::int64_t n) {
  with_taps(count,
            [=](auto taps) HWY_ATTR { combine_rows_n<T, Add, taps()>(weight, rows, out, n); });
}

template <class T, int Step, bool Add, int Newest, int N>
HWY_NOINLINE void filter_and_combine_n(const T* weight_x, const T* in, T* filtered,
                                       const T* weight_y, const T* const* rows, T* out,
                                       std::int64_t n) {
  const Weights<T, N> wx(weight_x);
  const Weights<T, N> wy(weight_y);
  const T* row[N];
  for (int j = 0; j < N; ++j) row[j] = j == Newest ? filtered : rows[j];
  PPATCH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    T value[N];
    const T fresh = weighted_sum(N, wx.w, in + i, Step);
    for (int j = 0; j < N; ++j) value[j] = j == Newest ? fresh : row[j][i];
    const T sum = weighted_sum(N, wy.w, value, 1);
    filtered[i] = fresh;
    out[i] = Add ? out[i] + sum : sum;
  }
}

// Both in one pass, for kernels of as many taps on x as rows on y: the filtered row of `in` goes to
// `filtered` and is combined with the other rows as the first or the last of them.
template <class T, int Step, bool Add, bool NewestFirst>
HWY_INLINE void filter_and_combine(int count, const T* weight_x, const T* in, T* filtered,
                                   const T* weight_y, const T* const* rows, T* out,
                                   std::int64_t n) {
  with_taps(count, [=](auto taps) HWY_ATTR {
    constexpr int newest = NewestFirst ? 0 : taps() - 1;
    filter_and_combine_n<T, Step, Add, newest, taps()>(weight_x, in, filtered, weight_y, rows, out,
                                                       n);
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

// Copies n scalars past the caches: whole vectors at aligned addresses, ordinary stores at the
// ends. To be followed by hwy::FlushStream on the same thread.
template <class T>
HWY_INLINE void stream_row(const T* HWY_RESTRICT row, T* HWY_RESTRICT out, std::int64_t n) {
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(d));
  const auto misaligned = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(out) /
                                                    sizeof(T) % static_cast<std::size_t>(lanes));
  const std::int64_t head = HWY_MIN(n, misaligned > 0 ? lanes - misaligned : 0);
  std::int64_t i = 0;
  for (; i < head; ++i) out[i] = row[i];
  for (; i + lanes <= n; i += lanes) {
    hwy::HWY_NAMESPACE::Stream(hwy::HWY_NAMESPACE::LoadU(d, row + i), d, out + i);
  }
  for (; i < n; ++i) out[i] = row[i];
}

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
