// SPDX-License-Identifier: Apache-2.0
#pragma once

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
struct PatchTaps {
  AxisTaps<T> y, x;
};

template <class T>
PPATCH_HD void sampling_axis_taps(Interpolation kind, double fraction, std::int64_t integer,
                                  AxisTaps<T>& axis) {
  Taps taps;
  sampling_taps(kind, fraction, taps);
  axis.start = integer + taps.first;
  axis.count = taps.count;
  PPATCH_ROLLED
  for (int j = 0; j < max_taps; ++j) axis.weight[j] = static_cast<T>(taps.weight[j]);
}

template <class T>
PPATCH_HD void gradient_axis_taps(Interpolation kind, double fraction, std::int64_t integer,
                                  AxisTaps<T>& axis) {
  Taps taps;
  double slope[max_taps] = {};
  kernel_taps(kind, fraction, taps, slope);
  axis.start = integer + taps.first;
  axis.count = taps.count;
  PPATCH_ROLLED
  for (int j = 0; j < max_taps; ++j) {
    axis.weight[j] = static_cast<T>(taps.weight[j]);
    axis.slope[j] = static_cast<T>(slope[j]);
  }
}

// For sampling and its adjoint; slopes are left as they are.
template <class T>
PPATCH_HD_CALLED void prepare_sampling_taps(Interpolation kind, const PatchOrigin& origin,
                                            PatchTaps<T>& taps) {
  sampling_axis_taps(kind, origin.fraction_y, origin.y, taps.y);
  sampling_axis_taps(kind, origin.fraction_x, origin.x, taps.x);
}

// For the derivative by position: all taps of the kernel, also at integer positions.
template <class T>
PPATCH_HD_CALLED void prepare_gradient_taps(Interpolation kind, const PatchOrigin& origin,
                                            PatchTaps<T>& taps) {
  gradient_axis_taps(kind, origin.fraction_y, origin.y, taps.y);
  gradient_axis_taps(kind, origin.fraction_x, origin.x, taps.x);
}

// The same as values, for the host.
template <class T>
PPATCH_HD PatchTaps<T> sampling_patch_taps(Interpolation kind, const PatchOrigin& origin) {
  PatchTaps<T> taps;
  prepare_sampling_taps(kind, origin, taps);
  return taps;
}

template <class T>
PPATCH_HD PatchTaps<T> gradient_patch_taps(Interpolation kind, const PatchOrigin& origin) {
  PatchTaps<T> taps;
  prepare_gradient_taps(kind, origin, taps);
  return taps;
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
