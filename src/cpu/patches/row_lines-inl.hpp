// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_ROW_LINES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_ROW_LINES_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_ROW_LINES_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_ROW_LINES_INL_HPP_
#endif

#include "cpu/patches/rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Vectors from any place in a row, put together from the row's cache lines: each line is read once,
// and none is read across its end, which costs two of the first-level cache's turns and holds up
// what comes after it where the second line is still on its way. Needs vectors of whole lines and
// an instruction that picks lanes of two vectors.
#undef PPATCH_HAS_ROW_LINES
#if HWY_TARGET <= HWY_AVX3
#define PPATCH_HAS_ROW_LINES 1
#else
#define PPATCH_HAS_ROW_LINES 0
#endif

#if PPATCH_HAS_ROW_LINES

template <class T>
using LineVector = hwy::HWY_NAMESPACE::Vec<hwy::HWY_NAMESPACE::ScalableTag<T>>;

// The lanes from lane `first` of two vectors that follow each other on.
template <class T>
struct LanesFrom {
  using Index = hwy::HWY_NAMESPACE::RebindToSigned<hwy::HWY_NAMESPACE::ScalableTag<T>>;
  hwy::HWY_NAMESPACE::Vec<Index> index;

  explicit HWY_INLINE LanesFrom(std::int64_t first)
      : index(hwy::HWY_NAMESPACE::Iota(Index(),
                                       static_cast<hwy::HWY_NAMESPACE::TFromD<Index>>(first))) {}

  HWY_INLINE LineVector<T> of(LineVector<T> low, LineVector<T> high) const {
    if constexpr (sizeof(T) == 4) {
      return LineVector<T>{_mm512_permutex2var_ps(low.raw, index.raw, high.raw)};
    } else {
      return LineVector<T>{_mm512_permutex2var_pd(low.raw, index.raw, high.raw)};
    }
  }
};

// Which scalar of its cache line is pointed to.
template <class T>
HWY_INLINE std::int64_t lane_of(const T* scalar) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(scalar) / sizeof(T) %
                                   vector_lanes<T>);
}

// Where the lines of a row lie: tap j of the vector from scalar v on begins at lane first - j Step
// of the lines at scalars v - first and v - first + a vector.
template <class T>
HWY_INLINE std::int64_t first_lane(const T* row, std::int64_t begin, int taps) {
  const std::int64_t lane = lane_of(row + begin);
  return lane == 0 && taps > 1 ? vector_lanes<T> : lane;
}

#endif  // PPATCH_HAS_ROW_LINES

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
