// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_LANES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LANES_INL_HPP_
#undef PTYCHOPATCH_CPU_LANES_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LANES_INL_HPP_
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "math/multiply_add.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// The rows that a loop reads and writes do not overlap.
#if defined(__clang__)
#define PPATCH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define PPATCH_INDEPENDENT _Pragma("GCC ivdep")
#endif

// Scalars of a vector.
template <class T>
constexpr auto vector_lanes =
    static_cast<std::int64_t>(hwy::HWY_NAMESPACE::MaxLanes(hwy::HWY_NAMESPACE::ScalableTag<T>()));

// multiply_add for vectors, which some targets' own would round twice.
template <class V>
HWY_INLINE V multiply_add_lanes(V a, V b, V c) {
  namespace hn = hwy::HWY_NAMESPACE;
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const hn::DFromV<V> d;
  using T = hn::TFromV<V>;
  HWY_ALIGN T lanes[3][hn::MaxLanes(hn::DFromV<V>())];
  hn::Store(a, d, lanes[0]);
  hn::Store(b, d, lanes[1]);
  hn::Store(c, d, lanes[2]);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
    lanes[2][i] = multiply_add(lanes[0][i], lanes[1][i], lanes[2][i]);
  }
  return hn::Load(d, lanes[2]);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
