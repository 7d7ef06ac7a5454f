// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>

#include "core/patches/patch_engine.hpp"
#include "cuda/patches/kernels/shift_pieces.hpp"
#include "cuda/runtime/complex_transform.hpp"
#include "cuda/runtime/device_call.hpp"
#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// The transforms of a plan's patches, made when a call first needs them. How many planes go
// together depends on their size alone: another number may have other bits.
class ShiftTransforms {
 public:
  // Throws UNSUPPORTED where the device has no transforms.
  const device::ComplexTransform& of(const PatchSettings& settings, bool is_double);

  static std::int64_t planes_of(const PatchSettings& settings) {
    constexpr std::int64_t pixels = std::int64_t{1} << 20;
    return std::clamp<std::int64_t>(pixels / (settings.patch_height * settings.patch_width), 1, 64);
  }

 private:
  std::unique_ptr<device::ComplexTransform> transforms_[2];
};

// Shifts the probes of one call, those of some positions at a time.
template <class P>
class ProbeShifts {
 public:
  using T = typename P::Real;

  // sets: of planes that are kept at a time. unit: positions that are never parted.
  ProbeShifts(DeviceCall& call, const PatchSettings& settings, ShiftTransforms& transforms,
              std::int64_t modes, bool shared, std::int64_t count, int sets)
      : call_(call),
        sizes_{modes, settings.patch_height, settings.patch_width},
        transform_(transforms.of(settings, sizeof(T) == sizeof(double))),
        shared_(shared) {
    work_ = call.scratch<unsigned char>(static_cast<std::int64_t>(transform_.work_bytes()));
    // One more plan's worth: the last planes may be fewer than go together.
    const std::int64_t batch = transform_.batch().planes;
    const auto bytes = static_cast<std::int64_t>(2 * sizeof(T)) * sizes_.area();
    spectra_ = call.scratch<T>(2 * sizes_.area() * rounded(modes));
    const auto left = static_cast<std::int64_t>(call.memory().left() / 4);
    const std::int64_t unit = settings.group_size;
    const std::int64_t room =
        std::max<std::int64_t>(0, left - sets * batch * bytes) / (sets * modes * bytes);
    positions_ =
        std::max(unit, std::min({room, max_positions, std::max(count, unit)}) / unit * unit);
    for (int n = 0; n < sets; ++n) {
      planes_[n] = call.scratch<T>(2 * sizes_.area() * rounded(positions_ * modes));
    }
    phases_ = call.scratch<T>(2 * (sizes_.height + sizes_.width) * positions_);
  }

  // Positions that go together.
  std::int64_t positions() const { return positions_; }
  const T* planes(int set) const { return planes_[set]; }

  // The phases of a chunk's positions, which all else needs.
  void begin(const PatchProblem& problem) const {
    call_.run_each(ProbePhases<T>{problem.origins, sizes_.height, sizes_.width, phases_},
                   problem.count * (sizes_.height + sizes_.width));
  }

  // A probe that all positions share: once a call.
  void transform(const ProbeView& probe) const {
    call_.run_each(LoadProbe<P>{sizes_, probe, spectra_}, sizes_.modes * sizes_.area());
    run(spectra_, sizes_.modes, true);
  }

  // The chunk's probe, shifted or derived, to a set of planes.
  ProbeView shifted(const PatchProblem& problem, const ProbeView& probe, ShiftBy by,
                    int set) const {
    T* const to = planes_[set];
    const std::int64_t all = problem.count * sizes_.modes;
    const LoadProbe<P> load{sizes_, probe, to};
    if (!shared_) {
      call_.run_each(load, all * sizes_.area());
      run(to, all, true);
    }
    call_.run_each(ApplyShift<T>{sizes_, shared_ ? spectra_ : to, shared_, phases_, by, to},
                   all * sizes_.area());
    run(to, all, false);
    if (by == ShiftBy::shift) {
      call_.run_each(KeepUnshifted<P>{load, problem.origins}, all * sizes_.area());
    }
    return view(set);
  }

  // A set of planes as a probe of each position; cleared, where pixels are real.
  ProbeView view(int set) const {
    return {planes_[set],      sizes_.modes,     false, 2 * sizes_.modes * sizes_.area(),
            2 * sizes_.area(), 2 * sizes_.width, 2};
  }
  ProbeView cleared(const PatchProblem& problem, int set) const {
    if (P::components == 1) {
      call_.run_each(ClearScalars<T>{planes_[set]},
                     2 * problem.count * sizes_.modes * sizes_.area());
    }
    return view(set);
  }

  // Adds a set of planes, shifted back, to sums (modes, h, w).
  void add_back(const PatchProblem& problem, int set, double* sums) const {
    run(planes_[set], problem.count * sizes_.modes, true);
    const ApplyShift<T> apply{sizes_, nullptr, false, phases_, ShiftBy::back, nullptr};
    call_.run_each(SumShiftedBack<T>{apply, planes_[set], problem.count, sums},
                   sizes_.modes * sizes_.area());
  }
  // The sums as a probe that all positions share.
  void store_sums(const double* sums, const ProbeView& probe, bool from_zero) const {
    const std::int64_t numbers = sizes_.modes * sizes_.area();
    call_.run_each(RoundSums<T>{sums, spectra_}, 2 * numbers);
    run(spectra_, sizes_.modes, false);
    call_.run_each(StoreProbe<P>{sizes_, spectra_, probe, from_zero}, numbers);
  }
  // A set of planes, shifted back, as the probe of each position.
  void store_back(const PatchProblem& problem, int set, const ProbeView& probe,
                  bool from_zero) const {
    T* const planes = planes_[set];
    const std::int64_t all = problem.count * sizes_.modes;
    run(planes, all, true);
    call_.run_each(ApplyShift<T>{sizes_, planes, false, phases_, ShiftBy::back, planes},
                   all * sizes_.area());
    run(planes, all, false);
    call_.run_each(StoreProbe<P>{sizes_, planes, probe, from_zero}, all * sizes_.area());
  }

 private:
  // As many as fill a card, in chunks that stay in its cache.
  static constexpr std::int64_t max_positions = 1024;

  std::int64_t rounded(std::int64_t planes) const {
    const std::int64_t batch = transform_.batch().planes;
    return (planes + batch - 1) / batch * batch;
  }
  void run(T* planes, std::int64_t count, bool forward) const {
    const std::int64_t batch = transform_.batch().planes;
    for (std::int64_t first = 0; first < count; first += batch) {
      transform_.run(planes + 2 * first * sizes_.area(), work_, forward, call_.stream());
    }
  }

  DeviceCall& call_;
  ShiftPlanes sizes_;
  const device::ComplexTransform& transform_;
  bool shared_;
  unsigned char* work_ = nullptr;
  T* spectra_ = nullptr;
  T* planes_[2] = {};
  T* phases_ = nullptr;
  std::int64_t positions_ = 0;
};

}  // namespace ppatch
