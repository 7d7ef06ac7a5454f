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

constexpr int target_lanes = static_cast<int>(Vector::size());
static_assert(target_lanes <= max_fft_lanes);

// Pass: DUCC0's transform of samples of that type.
template <class Pass, class Sample>
class DuccFft final : public SlabFft {
 public:
  explicit DuccFft(std::int64_t n) : n_(n), pass_(Pass::make_pass(static_cast<std::size_t>(n))) {}

  float* run(float* slab, float* work, bool forward) const override {
    static const auto type = ducc::detail_fft::tidx<Sample*>();
    auto* in = reinterpret_cast<Sample*>(slab);
    auto* copy = reinterpret_cast<Sample*>(work);
    return reinterpret_cast<float*>(
        static_cast<Sample*>(pass_->exec(type, in, copy, copy + n_, forward)));
  }

  std::int64_t work_floats() const override {
    constexpr auto floats = static_cast<std::int64_t>(sizeof(Sample) / sizeof(float));
    return (n_ + static_cast<std::int64_t>(pass_->bufsize())) * floats;
  }

 private:
  std::int64_t n_;
  std::shared_ptr<Pass> pass_;
};

template <class Pass, class Sample>
std::unique_ptr<SlabFft> make(std::int64_t n) {
  return std::make_unique<DuccFft<Pass, Sample>>(n);
}

}  // namespace

FftProvider PPATCH_FFT_PROVIDER() {
  return {target_lanes, &make<ducc::detail_fft::cfftpass<float>, ducc::Cmplx<Vector>>,
          &make<ducc::detail_fft::rfftpass<float>, Vector>};
}
// NOLINTEND(google-build-namespaces,misc-definitions-in-headers)

}  // namespace ppatch
