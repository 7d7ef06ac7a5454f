// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

// One-dimensional transforms behind which the FFT library hides
// (fft_ducc*.cpp). A slab is `lanes` signals side by side: sample k of lane l is at
// [k * lanes + l]. Each lane is transformed on its own by the same operations, so a signal's bits
// depend neither on its lane nor on what the others hold.
namespace ppatch {

constexpr int max_fft_lanes = 16;

// Of complex signals, sample k is `lanes` real parts, then `lanes` imaginary parts. Spectra of real
// signals are Re 0, Re 1, Im 1, Re 2, ... (for even n, Re n/2 at the end).
template <class T>
class SlabTransform {
 public:
  virtual ~SlabTransform() = default;
  // sum_k x_k e^{-+ 2 pi i f k / n}, not normalised. work: work_scalars(). The result is in the
  // returned one of slab and work.
  virtual T* run(T* slab, T* work, bool forward) const = 0;
  virtual std::int64_t work_scalars() const = 0;
};
using SlabFft = SlabTransform<float>;

struct FftProvider {
  int lanes = 0;
  std::unique_ptr<SlabFft> (*make_complex)(std::int64_t n) = nullptr;
  std::unique_ptr<SlabFft> (*make_real)(std::int64_t n) = nullptr;
  int lanes_double = 0;
  std::unique_ptr<SlabTransform<double>> (*make_complex_double)(std::int64_t n) = nullptr;
};

// The one compiled for the SIMD target of that name, or the best below it.
FftProvider fft_provider(std::string_view simd);

}  // namespace ppatch
