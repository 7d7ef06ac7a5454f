// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// Scalars that a device's thread stores at once, 16 bytes.
template <class T>
constexpr int wide_scalars = 16 / static_cast<int>(sizeof(T));

// Stores them to an address that is a multiple of 16 bytes, past the caches where it can: what is
// written once is not read again.
template <class T>
PPATCH_HD void wide_store(const T* value, T* to) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(T) == 4) {
    __stcs(reinterpret_cast<float4*>(to), make_float4(value[0], value[1], value[2], value[3]));
  } else if constexpr (sizeof(T) == 8) {
    __stcs(reinterpret_cast<double2*>(to), make_double2(value[0], value[1]));
  } else {
    uint4 bits;
    memcpy(&bits, value, sizeof bits);
    __stcs(reinterpret_cast<uint4*>(to), bits);
  }
#else
  for (int s = 0; s < wide_scalars<T>; ++s) to[s] = value[s];
#endif
}

// Whether all addresses that base and the strides make, in scalars, can be stored to like that.
template <class T>
bool widely_storable(const void* base, std::int64_t stride_x, std::int64_t components,
                     const std::int64_t* strides, int count) {
  bool whole = stride_x == components && reinterpret_cast<std::uintptr_t>(base) % 16 == 0;
  for (int n = 0; n < count; ++n) whole = whole && strides[n] % wide_scalars<T> == 0;
  return whole;
}

}  // namespace ppatch
