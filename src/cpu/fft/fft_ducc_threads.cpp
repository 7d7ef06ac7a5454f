// SPDX-License-Identifier: Apache-2.0
//
// What DUCC0's transforms ask of its thread pool: to run on the calling thread. Once for each of
// the namespaces of fft_ducc_*.cpp.
#include <cstddef>
#include <functional>

#define DUCC0_NO_LOWLEVEL_THREADING

#define DUCC0_NAMESPACE ppatch_ducc_base
#include "cpu/fft/fft_ducc_threads-inl.hpp"
#if defined(PTYCHOPATCH_FFT_LEVELS)
#define DUCC0_NAMESPACE ppatch_ducc_avx2
#include "cpu/fft/fft_ducc_threads-inl.hpp"
#define DUCC0_NAMESPACE ppatch_ducc_avx512
#include "cpu/fft/fft_ducc_threads-inl.hpp"
#endif
