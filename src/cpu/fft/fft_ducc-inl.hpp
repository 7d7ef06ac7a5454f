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

template <class T>
using Vector = ducc::native_simd<T>;

template <class T>
constexpr int target_lanes = static_cast<int>(Vector<T>::size());
static_assert(target_lanes<float> <= max_fft_lanes);

// Pass: DUCC0's transform of samples of that type.
template <class T, class Pass, class Sample>
class DuccFft final : public SlabTransform<T> {
 public:
  explicit DuccFft(std::int64_t n) : n_(n), pass_(Pass::make_pass(static_cast<std::size_t>(n))) {}

  T* run(T* slab, T* work, bool forward) const override {
    static const auto type = ducc::detail_fft::tidx<Sample*>();
    auto* in = reinterpret_cast<Sample*>(slab);
    auto* copy = reinterpret_cast<Sample*>(work);
    return reinterpret_cast<T*>(
        static_cast<Sample*>(pass_->exec(type, in, copy, copy + n_, forward)));
  }

  std::int64_t work_scalars() const override {
    constexpr auto scalars = static_cast<std::int64_t>(sizeof(Sample) / sizeof(T));
    return (n_ + static_cast<std::int64_t>(pass_->bufsize())) * scalars;
  }

 private:
  std::int64_t n_;
  std::shared_ptr<Pass> pass_;
};

template <class T, class Pass, class Sample>
std::unique_ptr<SlabTransform<T>> make(std::int64_t n) {
  return std::make_unique<DuccFft<T, Pass, Sample>>(n);
}

template <class T>
constexpr auto make_complex = &make<T, ducc::detail_fft::cfftpass<T>, ducc::Cmplx<Vector<T>>>;

}  // namespace

FftProvider PPATCH_FFT_PROVIDER() {
  return {target_lanes<float>, make_complex<float>,
          &make<float, ducc::detail_fft::rfftpass<float>, Vector<float>>, target_lanes<double>,
          make_complex<double>};
}
// NOLINTEND(google-build-namespaces,misc-definitions-in-headers)

}  // namespace ppatch
