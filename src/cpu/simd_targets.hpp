// SPDX-License-Identifier: Apache-2.0
#pragma once

// The SIMD targets that are not compiled. To be included before Highway.
// Targets without an instruction for multiply_add would wait for the C library's, however wide
// their vectors; those between the ones that are left bring nothing to loops of adds and
// multiplies.
#if defined(PTYCHOPATCH_FEW_SIMD_TARGETS)
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif
