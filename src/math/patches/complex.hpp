// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/hd.hpp"

// Products of pixels of C components: C = 1 real, C = 2 complex (real, imaginary). Differences are
// written as sums with a negated factor: g++ 12 fuses a neighbouring sum and difference into
// vfmaddsub even where contraction is off, and the bits would depend on the SIMD target.
namespace ppatch {

// out = a b
template <class T, int C>
PPATCH_HD void multiply(const T* a, const T* b, T* out) {
  if constexpr (C == 1) {
    out[0] = a[0] * b[0];
  } else {
    const T re = a[0] * b[0] + (-a[1]) * b[1];
    const T im = a[0] * b[1] + a[1] * b[0];
    out[0] = re;
    out[1] = im;
  }
}

// out = conj(a) b
template <class T, int C>
PPATCH_HD void multiply_conjugate(const T* a, const T* b, T* out) {
  if constexpr (C == 1) {
    out[0] = a[0] * b[0];
  } else {
    const T re = a[0] * b[0] + a[1] * b[1];
    const T im = a[0] * b[1] + (-a[1]) * b[0];
    out[0] = re;
    out[1] = im;
  }
}

// |a|^2
template <class T, int C>
PPATCH_HD T squared_modulus(const T* a) {
  if constexpr (C == 1) {
    return a[0] * a[0];
  } else {
    return a[0] * a[0] + a[1] * a[1];
  }
}

}  // namespace ppatch
