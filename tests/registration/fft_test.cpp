// SPDX-License-Identifier: Apache-2.0
//
// The transforms behind the interface against their definition, at every length that has its own
// code, for each SIMD target that this machine may run.
#include "cpu/fft/fft.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdlib>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/registration/fft_size.hpp"
#include "cpu/loop_table.hpp"
#include "oracle/seed.hpp"

namespace {

using ppatch::FftProvider;
using Value = std::complex<double>;

template <class T>
struct Scalars {
  explicit Scalars(std::int64_t n) : values(static_cast<std::size_t>(n) + 64 / sizeof(T)) {}
  // Aligned as the slabs of a plan are.
  T* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(values.data());
    return values.data() + (64 - address % 64) % 64 / sizeof(T);
  }
  std::vector<T> values;
};
using Floats = Scalars<float>;

class Fft : public testing::TestWithParam<int> {
 protected:
  Fft() {
    Random random = test_random("Fft" + std::to_string(n_));
    std::normal_distribution<double> normal;
    for (std::int64_t i = 0; i < n_ * provider_.lanes; ++i) {
      signal_.emplace_back(normal(random), normal(random));
    }
  }
  // sum over k of value(k) e^{sign 2 pi i k m / n}
  template <class Of>
  Value sum(std::int64_t m, int sign, Of&& value) const {
    Value total = 0.0;
    for (std::int64_t k = 0; k < n_; ++k) {
      const double turns = static_cast<double>(k * m % n_) / static_cast<double>(n_);
      total += value(k) * std::polar(1.0, sign * 2.0 * std::numbers::pi * turns);
    }
    return total;
  }
  Value at(std::int64_t k, int lane) const {
    return signal_[static_cast<std::size_t>(k * provider_.lanes + lane)];
  }
  double tolerance() const { return 1e-5 * std::sqrt(static_cast<double>(n_)) + 1e-5; }

  FftProvider provider_ = ppatch::fft_provider(ppatch::choose_simd_target().name);
  std::int64_t n_ = GetParam();
  std::vector<Value> signal_;
};

TEST_P(Fft, OfComplexSignals) {
  const int lanes = provider_.lanes;
  const auto transform = provider_.make_complex(n_);
  for (const bool forward : {true, false}) {
    Floats slab(2 * n_ * lanes);
    Floats work(transform->work_scalars());
    for (std::int64_t k = 0; k < n_; ++k) {
      for (int l = 0; l < lanes; ++l) {
        slab.data()[2 * k * lanes + l] = static_cast<float>(at(k, l).real());
        slab.data()[(2 * k + 1) * lanes + l] = static_cast<float>(at(k, l).imag());
      }
    }
    const float* out = transform->run(slab.data(), work.data(), forward);
    for (std::int64_t m = 0; m < n_; ++m) {
      for (int l = 0; l < lanes; ++l) {
        const Value expected = sum(m, forward ? -1 : 1, [&](std::int64_t k) { return at(k, l); });
        EXPECT_NEAR(out[2 * m * lanes + l], expected.real(), tolerance());
        EXPECT_NEAR(out[(2 * m + 1) * lanes + l], expected.imag(), tolerance());
      }
    }
  }
}

TEST_P(Fft, OfRealSignalsAndBack) {
  const int lanes = provider_.lanes;
  const auto transform = provider_.make_real(n_);
  Floats slab(n_ * lanes);
  Floats work(transform->work_scalars());
  for (std::int64_t k = 0; k < n_; ++k) {
    for (int l = 0; l < lanes; ++l) {
      slab.data()[k * lanes + l] = static_cast<float>(at(k, l).real());
    }
  }
  const float* out = transform->run(slab.data(), work.data(), true);
  Floats spectrum(n_ * lanes);
  for (std::int64_t i = 0; i < n_ * lanes; ++i) spectrum.data()[i] = out[i];
  for (std::int64_t m = 0; 2 * m <= n_; ++m) {
    for (int l = 0; l < lanes; ++l) {
      const Value expected = sum(m, -1, [&](std::int64_t k) { return Value(at(k, l).real()); });
      EXPECT_NEAR(spectrum.data()[(m == 0 ? 0 : 2 * m - 1) * lanes + l], expected.real(),
                  tolerance());
      if (m == 0 || 2 * m == n_) continue;
      EXPECT_NEAR(spectrum.data()[2 * m * lanes + l], expected.imag(), tolerance());
    }
  }
  out = transform->run(spectrum.data(), work.data(), false);
  for (std::int64_t k = 0; k < n_; ++k) {
    for (int l = 0; l < lanes; ++l) {
      EXPECT_NEAR(out[k * lanes + l] / static_cast<double>(n_), at(k, l).real(), 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, Fft,
                         testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 30, 64, 97, 101, 210,
                                         317, 509, 720));

// Names of those that this machine may run, but for the one that any machine may.
std::vector<std::string> simd_targets() {
  const char* before = std::getenv("PPATCH_SIMD");
  const std::string restore = before ? before : "";
  std::vector<std::string> names;
  for (const char* name : {"avx2", "avx3"}) {
    setenv("PPATCH_SIMD", name, 1);
    try {
      names.emplace_back(ppatch::choose_simd_target().name);
    } catch (const ppatch::Error& error) {
      std::cout << "no " << name << " here: " << error.what() << "\n";
    }
  }
  if (before) {
    setenv("PPATCH_SIMD", restore.c_str(), 1);
  } else {
    unsetenv("PPATCH_SIMD");
  }
  return names;
}

// A signal's transform, there and back by the same; every lane has it.
template <class T>
std::vector<T> transformed(const ppatch::SlabTransform<T>& transform, int lanes,
                           const std::vector<double>& signal) {
  const auto count = static_cast<std::int64_t>(signal.size());
  std::vector<T> all;
  for (const bool forward : {true, false}) {
    Scalars<T> slab(count * lanes);
    Scalars<T> work(transform.work_scalars());
    for (std::int64_t i = 0; i < count * lanes; ++i) {
      slab.data()[i] = static_cast<T>(signal[static_cast<std::size_t>(i / lanes)]);
    }
    const T* out = transform.run(slab.data(), work.data(), forward);
    for (std::int64_t i = 0; i < count; ++i) all.push_back(out[i * lanes + lanes - 1]);
  }
  return all;
}

TEST(FftTargets, HaveTheSameBits) {
  Random random = test_random("FftTargets");
  std::normal_distribution<double> normal;
  const FftProvider base = ppatch::fft_provider("scalar");
  for (const std::string& name : simd_targets()) {
    const FftProvider fast = ppatch::fft_provider(name);
    for (std::int64_t n = 1; n < 300; ++n) {
      SCOPED_TRACE(name + ", length " + std::to_string(n));
      std::vector<double> real(static_cast<std::size_t>(n));
      std::vector<double> complex(static_cast<std::size_t>(2 * n));
      for (double& value : real) value = normal(random);
      for (double& value : complex) value = normal(random);
      EXPECT_EQ(transformed(*fast.make_complex(n), fast.lanes, complex),
                transformed(*base.make_complex(n), base.lanes, complex));
      EXPECT_EQ(transformed(*fast.make_real(n), fast.lanes, real),
                transformed(*base.make_real(n), base.lanes, real));
      EXPECT_EQ(transformed(*fast.make_complex_double(n), fast.lanes_double, complex),
                transformed(*base.make_complex_double(n), base.lanes_double, complex));
    }
  }
}

TEST(FftSize, IsTheLeastProductOfSmallPrimes) {
  for (std::int64_t n = 1; n < 3000; ++n) {
    std::int64_t expected = n;
    for (;; ++expected) {
      std::int64_t remainder = expected;
      for (const std::int64_t prime : {2, 3, 5}) {
        while (remainder % prime == 0) remainder /= prime;
      }
      if (remainder == 1) break;
    }
    EXPECT_EQ(ppatch::good_fft_size(n), expected);
  }
}

}  // namespace
