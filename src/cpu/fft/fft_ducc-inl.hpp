// SPDX-License-Identifier: Apache-2.0
//
// DUCC0's transforms for one SIMD target: the body of fft_ducc_*.cpp, each of which names its
// target and is compiled with its instructions.
#include "cpu/fft/fft.hpp"

#define DUCC0_NAMESPACE PPATCH_FFT_NAMESPACE
#define DUCC0_NO_LOWLEVEL_THREADING
#include "ducc0/fft/fft1d_impl.h"

namespace ppatch {
// The body of one unit for each target.
// NOLINTBEGIN(google-build-namespaces,misc-definitions-in-headers)
namespace {

namespace ducc = DUCC0_NAMESPACE;
using Vector = ducc::native_simd<float>;
using Complex = ducc::Cmplx<Vector>;

constexpr int target_lanes = static_cast<int>(Vector::size());
static_assert(target_lanes <= max_fft_lanes);

class DuccComplex final : public ComplexFft {
 public:
  explicit DuccComplex(std::int64_t n)
      : n_(n), pass_(ducc::detail_fft::cfftpass<float>::make_pass(static_cast<std::size_t>(n))) {}

  float* run(float* slab, float* work, bool forward) const override {
    static const auto type = ducc::detail_fft::tidx<Complex*>();
    auto* in = reinterpret_cast<Complex*>(slab);
    auto* copy = reinterpret_cast<Complex*>(work);
    return reinterpret_cast<float*>(
        static_cast<Complex*>(pass_->exec(type, in, copy, copy + n_, forward)));
  }

  std::int64_t work_floats() const override {
    return (n_ + static_cast<std::int64_t>(pass_->bufsize())) * 2 * target_lanes;
  }

 private:
  std::int64_t n_;
  ducc::detail_fft::Tcpass<float> pass_;
};

class DuccReal final : public RealFft {
 public:
  explicit DuccReal(std::int64_t n)
      : n_(n), pass_(ducc::detail_fft::rfftpass<float>::make_pass(static_cast<std::size_t>(n))) {}

  float* run(float* slab, float* work, bool forward) const override {
    static const auto type = ducc::detail_fft::tidx<Vector*>();
    auto* in = reinterpret_cast<Vector*>(slab);
    auto* copy = reinterpret_cast<Vector*>(work);
    return reinterpret_cast<float*>(
        static_cast<Vector*>(pass_->exec(type, in, copy, copy + n_, forward)));
  }

  std::int64_t work_floats() const override {
    return (n_ + static_cast<std::int64_t>(pass_->bufsize())) * target_lanes;
  }

 private:
  std::int64_t n_;
  ducc::detail_fft::Trpass<float> pass_;
};

}  // namespace

FftProvider PPATCH_FFT_PROVIDER() {
  return {"ducc0", target_lanes,
          [](std::int64_t n) -> std::unique_ptr<ComplexFft> {
            return std::make_unique<DuccComplex>(n);
          },
          [](std::int64_t n) -> std::unique_ptr<RealFft> { return std::make_unique<DuccReal>(n); }};
}
// NOLINTEND(google-build-namespaces,misc-definitions-in-headers)

}  // namespace ppatch
