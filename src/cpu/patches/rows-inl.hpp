// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_PATCHES_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_ROWS_INL_HPP_
#endif

#include <cstdint>
#include <type_traits>

#include "cpu/lanes-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "hwy/highway.h"
#include "kernels/patches/patch_taps.hpp"
#include "math/pixel.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Calls body with the numbers of taps along x and y as constants: an axis has the taps of its
// kernel, or a single one at an integer coordinate.
template <int N, class Body>
HWY_INLINE void with_kernel_taps(int x, int y, Body&& body) {
  using Kernel = std::integral_constant<int, N>;
  using One = std::integral_constant<int, 1>;
  if (x == 1) return body(One{}, Kernel{});
  if (y == 1) return body(Kernel{}, One{});
  body(Kernel{}, Kernel{});
}

template <class Body>
HWY_INLINE void with_taps(int x, int y, Body&& body) {
  static_assert(max_taps == 6);
  switch (HWY_MAX(x, y)) {
    case 1:
      return with_kernel_taps<1>(x, y, body);
    case 2:
      return with_kernel_taps<2>(x, y, body);
    case 4:
      return with_kernel_taps<4>(x, y, body);
    default:
      return with_kernel_taps<6>(x, y, body);
  }
}

template <class T, int N>
struct Weights {
  T w[N];
  explicit HWY_INLINE Weights(const T* from) {
    for (int j = 0; j < N; ++j) w[j] = from[j];
  }
};

// Which scalars of the vector from i on lie in [begin, end).
template <class T>
HWY_INLINE auto part_of_vector(std::int64_t i, std::int64_t begin, std::int64_t end) {
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const auto first_n = [&](std::int64_t n) HWY_ATTR {
    return hwy::HWY_NAMESPACE::FirstN(
        d, static_cast<std::size_t>(HWY_MAX(0, HWY_MIN(n, vector_lanes<T>))));
  };
  return hwy::HWY_NAMESPACE::AndNot(first_n(begin - i), first_n(end - i));
}

// Rows `step` scalars apart. Small enough to be passed in registers: loops that read their rows'
// places from memory would read them again after every store.
template <class T>
struct RowsAt {
  T* first;
  std::int64_t step;
  HWY_INLINE T* operator[](std::int64_t n) const { return first + n * step; }
};

// Rows of scratch from row n on.
template <class T>
HWY_INLINE RowsAt<T> rows_at(const SlotScratch& scratch, int n) {
  return {scratch.row<T>(n), scratch.row_bytes / static_cast<std::int64_t>(sizeof(T))};
}

// What a pass over a band of rows works on. `kept` are the filtered rows, oldest first, that the
// rows before the band leave behind: one less than there are taps along y.
template <class T>
struct EvenBand {
  RowsAt<const T> in;
  RowsAt<T> kept, out;
};

// The same for rows anywhere.
template <class T>
struct Band {
  const T* in[band_rows];
  T* kept[max_taps - 1];
  T* out[band_rows];
};

// Rows of the kernel's footprint at scalar i: those kept, then the band's own, filtered along x.
template <class T, int Step, int X, int Y, class AnyBand>
HWY_INLINE void filter_band(const Weights<T, X>& x, const AnyBand& band, std::int64_t i, T* rows) {
  for (int j = 0; j < Y - 1; ++j) rows[j] = band.kept[j][i];
  for (int g = 0; g < band_rows; ++g) rows[Y - 1 + g] = weighted_sum(X, x.w, band.in[g] + i, Step);
}

template <class T, int Y, class AnyBand>
HWY_INLINE void keep_rows(const AnyBand& band, std::int64_t i, const T* rows) {
  for (int j = 0; j < Y - 1; ++j) band.kept[j][i] = rows[band_rows + j];
}

// A row of memory as the loops take it: in its place where its pixels are contiguous and need no
// conversion, else in buffer.
template <class P>
HWY_INLINE const typename P::Real* contiguous_row(const typename P::Storage* row,
                                                  std::int64_t stride, std::int64_t pixels,
                                                  typename P::Real* HWY_RESTRICT buffer) {
  constexpr int C = P::components;
  if constexpr (!P::converts) {
    if (stride == C) return row;
  }
  for (std::int64_t q = 0; q < pixels; ++q) {
    for (int c = 0; c < C; ++c) buffer[q * C + c] = P::load(row[q * stride + c]);
  }
  return buffer;
}

template <class P>
HWY_INLINE void store_row(const typename P::Real* HWY_RESTRICT row,
                          typename P::Storage* HWY_RESTRICT out, std::int64_t stride,
                          std::int64_t pixels) {
  constexpr int C = P::components;
  for (std::int64_t q = 0; q < pixels; ++q) {
    for (int c = 0; c < C; ++c) out[q * stride + c] = P::store(row[q * C + c]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
