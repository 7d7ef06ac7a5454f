// SPDX-License-Identifier: Apache-2.0
#include "cpu/fft/fft.hpp"

namespace ppatch {

FftProvider fft_ducc_base();
FftProvider fft_ducc_avx2();
FftProvider fft_ducc_avx512();

FftProvider fft_provider([[maybe_unused]] std::string_view simd) {
#if defined(PTYCHOPATCH_FFT_LEVELS)
  if (simd == "avx3") return fft_ducc_avx512();
  if (simd == "avx2") return fft_ducc_avx2();
#endif
  return fft_ducc_base();
}

}  // namespace ppatch
