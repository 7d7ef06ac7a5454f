// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_PATCHES_PATCH_TAPS_HPP_
#define PTYCHOPATCH_KERNELS_PATCHES_PATCH_TAPS_HPP_

#include <cstdint>

#include "math/multiply_add.hpp"
#include "math/patches/position.hpp"
#include "math/taps.hpp"

namespace ppatch {

// Taps of one axis of a patch in the image's precision: pixel r of the patch takes the samples
// start + r + j with weight[j].
template <class T>
struct AxisTaps {
  std::int64_t start = 0;
  int count = 1;
  T weight[max_taps] = {};
  T slope[max_taps] = {};
};

template <class T>
PPATCH_HD AxisTaps<T> axis_taps(const Taps& taps, std::int64_t integer) {
  AxisTaps<T> axis;
  axis.start = integer + taps.first;
  axis.count = taps.count;
  PPATCH_ROLLED
  for (int j = 0; j < taps.count; ++j) axis.weight[j] = static_cast<T>(taps.weight[j]);
  return axis;
}

template <class T>
struct PatchTaps {
  AxisTaps<T> y, x;
};

// For sampling and its adjoint.
template <class T>
PPATCH_HD PatchTaps<T> sampling_patch_taps(Interpolation kind, const PatchOrigin& origin) {
  return {axis_taps<T>(sampling_taps(kind, origin.fraction_y), origin.y),
          axis_taps<T>(sampling_taps(kind, origin.fraction_x), origin.x)};
}

template <class T>
PPATCH_HD AxisTaps<T> axis_taps_with_slope(Interpolation kind, double fraction,
                                           std::int64_t integer) {
  double slope[max_taps] = {};
  auto axis = axis_taps<T>(kernel_taps(kind, fraction, slope), integer);
  PPATCH_ROLLED
  for (int j = 0; j < axis.count; ++j) axis.slope[j] = static_cast<T>(slope[j]);
  return axis;
}

// For the derivative by position: all taps of the kernel, also at integer positions.
template <class T>
PPATCH_HD PatchTaps<T> gradient_patch_taps(Interpolation kind, const PatchOrigin& origin) {
  return {axis_taps_with_slope<T>(kind, origin.fraction_y, origin.y),
          axis_taps_with_slope<T>(kind, origin.fraction_x, origin.x)};
}

// The same for a device's kernels, which keep taps where all threads of a block find them.
template <class T>
PPATCH_HD_CALLED void prepare_sampling_taps(Interpolation kind, const PatchOrigin& origin,
                                            PatchTaps<T>* taps) {
  *taps = sampling_patch_taps<T>(kind, origin);
}

template <class T>
PPATCH_HD_CALLED void prepare_gradient_taps(Interpolation kind, const PatchOrigin& origin,
                                            PatchTaps<T>* taps) {
  *taps = gradient_patch_taps<T>(kind, origin);
}

// The one order in which taps are summed: every loop over rows or pixels ends here, so that all of
// them agree bit for bit.
template <class T>
PPATCH_HD T weighted_sum(int count, const T* weight, const T* value, std::int64_t stride) {
  T sum = weight[0] * value[0];
  for (int j = 1; j < count; ++j) sum = multiply_add(weight[j], value[j * stride], sum);
  return sum;
}

// The same sum, term by term: the sum so far and the term of tap j.
template <class T>
PPATCH_HD T next_sum(int j, T sum, T weight, T value) {
  return j == 0 ? weight * value : multiply_add(weight, value, sum);
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_KERNELS_PATCHES_PATCH_TAPS_HPP_
