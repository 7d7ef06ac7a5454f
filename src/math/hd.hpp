// SPDX-License-Identifier: Apache-2.0
#pragma once

// PPATCH_HD marks a pure function that g++ and nvcc compile from the same source. It is inlined
// always: a caller inside a SIMD target region then compiles it with that region's instructions.
// PPATCH_HD_CALLED marks one that is large and seldom runs: a device's kernels call it, so that its
// registers are not theirs. Such a function returns a number or nothing, and fills structs by
// reference, as all that it calls does: nvcc 13.0.88 gives a struct that is returned by value and
// the temporary that it is made of one place on the stack of a called function.
// PPATCH_ROLLED keeps a device's compiler from unrolling the loop after it, PPATCH_UNROLLED has it
// unroll all of it: what it indexes can then lie in registers.
#if defined(__CUDACC__)
#define PPATCH_HD __host__ __device__ __forceinline__
#define PPATCH_HD_CALLED __host__ __device__ __noinline__ inline
#define PPATCH_ROLLED _Pragma("unroll 1")
#define PPATCH_UNROLLED _Pragma("unroll")
#else
#define PPATCH_HD inline __attribute__((always_inline))
#define PPATCH_HD_CALLED inline __attribute__((always_inline))
#define PPATCH_ROLLED
#define PPATCH_UNROLLED
#endif
