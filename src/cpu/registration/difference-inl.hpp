// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_DIFFERENCE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_DIFFERENCE_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_DIFFERENCE_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_DIFFERENCE_INL_HPP_
#endif

#include <cmath>
#include <cstdint>

#include "hwy/highway.h"
#include "math/registration/gamma.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_NOINLINE void add_differences(const double* HWY_RESTRICT anchor,
                                  const double* HWY_RESTRICT target, double gain, std::int64_t n,
                                  double* HWY_RESTRICT sum) {
  for (std::int64_t i = 0; i < n; ++i) {
    sum[i] += std::fabs(gamma_of(anchor[i]) - gamma_of(gain * target[i]));
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
