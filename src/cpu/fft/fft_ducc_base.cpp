// SPDX-License-Identifier: Apache-2.0
#define PPATCH_FFT_NAMESPACE ppatch_ducc_base
#define PPATCH_FFT_PROVIDER fft_ducc_base
#include "cpu/fft/fft_ducc-inl.hpp"
