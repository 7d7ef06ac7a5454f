// SPDX-License-Identifier: Apache-2.0
//
// Compiled with this target's instructions. Functions of the standard library that end up here too
// are taken from fft_ducc_base.cpp, which stands before this unit on the linker's line.
#define PPATCH_FFT_NAMESPACE ppatch_ducc_avx2
#define PPATCH_FFT_PROVIDER fft_ducc_avx2
#include "cpu/fft/fft_ducc-inl.hpp"
