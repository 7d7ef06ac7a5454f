// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_FFT_SLAB_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_FFT_SLAB_INL_HPP_
#undef PTYCHOPATCH_CPU_FFT_SLAB_INL_HPP_
#else
#define PTYCHOPATCH_CPU_FFT_SLAB_INL_HPP_
#endif

#include <cstdint>

#include "cpu/fft/slab_loops.hpp"
#include "cpu/transpose-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

HWY_NOINLINE void gather_rows(const float* rows, std::int64_t stride, std::int64_t n,
                              std::int64_t lanes, float* HWY_RESTRICT slab) {
  std::int64_t k = 0;
  for (; k + 4 <= n; k += 4) {
    for (std::int64_t l = 0; l < lanes; l += 4) {
      transpose_block(rows + l * stride + k, stride, slab + k * lanes + l, lanes);
    }
  }
  for (; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) slab[k * lanes + l] = rows[l * stride + k];
  }
}

HWY_NOINLINE void scatter_rows(const float* HWY_RESTRICT slab, std::int64_t lanes, std::int64_t n,
                               float* rows, std::int64_t stride) {
  std::int64_t k = 0;
  for (; k + 4 <= n; k += 4) {
    for (std::int64_t l = 0; l < lanes; l += 4) {
      transpose_block(slab + k * lanes + l, lanes, rows + l * stride + k, stride);
    }
  }
  for (; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) rows[l * stride + k] = slab[k * lanes + l];
  }
}

HWY_NOINLINE void gather_columns(const float* data, std::int64_t stride, std::int64_t n,
                                 std::int64_t lanes, bool more, float* HWY_RESTRICT slab) {
  constexpr std::int64_t line = 16;  // floats of a cache line
  for (std::int64_t k = 0; k < n; ++k) {
    const float* row = data + k * stride;
    float* real = slab + 2 * k * lanes;
    // The processor follows no stride of a whole row by itself.
    for (std::int64_t i = 0; more && i < 2 * lanes; i += line) {
      __builtin_prefetch(row + 2 * lanes + i, 0, 2);
    }
    for (std::int64_t l = 0; l < lanes; l += 4) {
      split_block(row + 2 * l, real + l, real + lanes + l);
    }
  }
}

HWY_NOINLINE void scatter_columns(const float* HWY_RESTRICT slab, std::int64_t lanes,
                                  std::int64_t n, float* data, std::int64_t stride) {
  for (std::int64_t k = 0; k < n; ++k) {
    float* row = data + k * stride;
    const float* real = slab + 2 * k * lanes;
    for (std::int64_t l = 0; l < lanes; l += 4) {
      join_block(real + l, real + lanes + l, row + 2 * l);
    }
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
