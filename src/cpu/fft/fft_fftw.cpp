// SPDX-License-Identifier: Apache-2.0
//
// FFTW3, or MKL through the same interface. Plans are estimated, never measured, so that one length
// is always transformed in one way.
#include <fftw3.h>

#include <mutex>
#include <new>

#include "cpu/fft/fft.hpp"

namespace ppatch {
namespace {

constexpr int fftw_lanes = 16;
constexpr unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;

// FFTW's planner is the one part of it that is not safe to use from two threads.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

class Plan {
 public:
  explicit Plan(fftwf_plan plan) : plan_(plan) {
    if (!plan_) throw std::bad_alloc();
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(planner());
    fftwf_destroy_plan(plan_);
  }
  fftwf_plan get() const { return plan_; }

 private:
  fftwf_plan plan_;
};

// Backwards is forwards with real and imaginary parts exchanged.
fftwf_plan plan_complex(std::int64_t n, bool forward) {
  const std::lock_guard lock(planner());
  const auto length = static_cast<int>(n);
  const fftw_iodim line{length, 2 * fftw_lanes, 2 * fftw_lanes};
  const fftw_iodim lanes{fftw_lanes, 1, 1};
  float* probe = fftwf_alloc_real(static_cast<std::size_t>(2 * n * fftw_lanes));
  if (!probe) throw std::bad_alloc();
  float* re = forward ? probe : probe + fftw_lanes;
  float* im = forward ? probe + fftw_lanes : probe;
  fftwf_plan plan = fftwf_plan_guru_split_dft(1, &line, 1, &lanes, re, im, re, im, flags);
  fftwf_free(probe);
  return plan;
}

// In place; a spectrum is Re 0 .. Re n/2, Im (n-1)/2 .. Im 1.
fftwf_plan plan_real(std::int64_t n, fftw_r2r_kind kind) {
  const std::lock_guard lock(planner());
  const auto length = static_cast<int>(n);
  const fftw_iodim line{length, fftw_lanes, fftw_lanes};
  const fftw_iodim lanes{fftw_lanes, 1, 1};
  float* probe = fftwf_alloc_real(static_cast<std::size_t>(n * fftw_lanes));
  if (!probe) throw std::bad_alloc();
  fftwf_plan plan = fftwf_plan_guru_r2r(1, &line, 1, &lanes, probe, probe, &kind, flags);
  fftwf_free(probe);
  return plan;
}

class FftwComplex final : public ComplexFft {
 public:
  explicit FftwComplex(std::int64_t n)
      : forward_(plan_complex(n, true)), backward_(plan_complex(n, false)) {}

  float* run(float* slab, float*, bool forward) const override {
    float* re = forward ? slab : slab + fftw_lanes;
    float* im = forward ? slab + fftw_lanes : slab;
    fftwf_execute_split_dft(forward ? forward_.get() : backward_.get(), re, im, re, im);
    return slab;
  }
  std::int64_t work_floats() const override { return 0; }

 private:
  Plan forward_, backward_;
};

class FftwReal final : public RealFft {
 public:
  explicit FftwReal(std::int64_t n)
      : n_(n), forward_(plan_real(n, FFTW_R2HC)), backward_(plan_real(n, FFTW_HC2R)) {}

  float* run(float* slab, float* work, bool forward) const override {
    if (forward) {
      fftwf_execute_r2r(forward_.get(), slab, slab);
      for (std::int64_t k = 0; k < n_; ++k) copy_line(slab, halfcomplex(k), work, k);
      return work;
    }
    for (std::int64_t k = 0; k < n_; ++k) copy_line(slab, k, work, halfcomplex(k));
    fftwf_execute_r2r(backward_.get(), work, work);
    return work;
  }
  std::int64_t work_floats() const override { return n_ * fftw_lanes; }

 private:
  // Where FFTW keeps entry k of Re 0, Re 1, Im 1, Re 2, ...
  std::int64_t halfcomplex(std::int64_t k) const {
    return k % 2 == 1 ? (k + 1) / 2 : k == 0 ? 0 : n_ - k / 2;
  }
  static void copy_line(const float* from, std::int64_t i, float* to, std::int64_t j) {
    for (int l = 0; l < fftw_lanes; ++l) to[j * fftw_lanes + l] = from[i * fftw_lanes + l];
  }

  std::int64_t n_;
  Plan forward_, backward_;
};

}  // namespace

FftProvider fft_provider(std::string_view) {
  return {"fftw3", fftw_lanes,
          [](std::int64_t n) -> std::unique_ptr<ComplexFft> {
            return std::make_unique<FftwComplex>(n);
          },
          [](std::int64_t n) -> std::unique_ptr<RealFft> { return std::make_unique<FftwReal>(n); }};
}

}  // namespace ppatch
