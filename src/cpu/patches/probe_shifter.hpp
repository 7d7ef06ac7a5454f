// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cpu/patches/shift_loops.hpp"
#include "cpu/patches/shift_memory_plan.hpp"
#include "cpu/patches/shift_transforms.hpp"
#include "kernels/patches/probe_shift.hpp"
#include "math/phase.hpp"

namespace ppatch {

// The memory of one thread that shifts probes.
struct ShiftSlot {
  unsigned char* plane = nullptr;     // slabs of columns
  unsigned char* spectrum = nullptr;  // slabs of rows
  unsigned char* sum = nullptr;       // slabs of rows, which the shifter leaves alone
  unsigned char* pixels[2] = {};      // likewise
  unsigned char* slab = nullptr;
  unsigned char* work = nullptr;
  unsigned char* ramps[ShiftMemoryPlan::ramps] = {};

  ShiftSlot(const ShiftMemoryPlan& plan, unsigned char* memory) {
    const auto take = [&](std::int64_t bytes) {
      unsigned char* const taken = memory;
      memory += bytes;
      return taken;
    };
    for (unsigned char** to : {&plane, &spectrum, &sum}) *to = take(plan.plane_bytes);
    for (unsigned char*& to : pixels) to = take(plan.pixel_bytes);
    slab = take(plan.slab_bytes);
    work = take(plan.work_bytes);
    for (unsigned char*& to : ramps) to = take(plan.ramp_bytes);
  }
};

// By which axis a shifted probe is derived.
enum class ShiftDerivative { none, y, x };

// Shifts probes by one shift after the other, on one thread. Spectra are slabs of rows.
template <class P>
class ProbeShifter {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;

  ProbeShifter(const ShiftLoops<P>& loops, const AxisTransforms<T>& transforms, std::int64_t height,
               std::int64_t width, const ShiftSlot& slot)
      : loops_(loops),
        transforms_(transforms),
        height_(height),
        width_(width),
        lanes_(transforms.lanes),
        slot_(slot) {}

  std::int64_t spectrum_scalars() const { return blocks(height_) * row_slab(); }

  // Of what follows. `derived`: whether derivatives are asked for.
  void set(const ProbeShift& shift, bool derived) {
    // The transforms' own factor goes with the phases of x.
    set_axis(shift.y, height_, 1.0, derived, 0);
    set_axis(shift.x, width_, 1.0 / (static_cast<double>(height_) * static_cast<double>(width_)),
             derived, 4);
  }

  // No shift, and no factor.
  void set_unscaled() {
    set_axis(0.0, height_, 1.0, false, 0);
    set_axis(0.0, width_, 1.0, false, 4);
  }

  // The transform of rows of pixels.
  void transform(const T* pixels, T* spectrum) const {
    to_spectrum(pixels, spectrum, [&](std::int64_t block, const T* slab) {
      T* const to = spectrum + block * row_slab();
      if (slab != to) std::copy_n(slab, row_slab(), to);
    });
  }

  // The probe of that transform, shifted, or its derivative.
  void shifted(const T* spectrum, ShiftDerivative by, S* pixels) const {
    T* const plane = at(slot_.plane);
    T* const slab = at(slot_.slab);
    const Ramp<T> y = ramp(by == ShiftDerivative::y ? 2 : 0);
    const Ramp<T> x = ramp(by == ShiftDerivative::x ? 6 : 4);
    for (std::int64_t b = 0; b < blocks(height_); ++b) {
      const std::int64_t first = b * lanes_;
      loops_.apply(spectrum + b * row_slab(), {y.re + first, y.im + first}, x, width_, lanes_,
                   slab);
      loops_.turn(transforms_.x->run(slab, at(slot_.work), false), width_, first,
                  std::min(lanes_, height_ - first), lanes_, plane, column_slab());
    }
    for (std::int64_t b = 0; b < blocks(width_); ++b) {
      T* const column = plane + b * column_slab();
      loops_.scatter(transforms_.y->run(column, at(slot_.work), false), height_, width_, b * lanes_,
                     lanes_, pixels);
    }
  }

  // Adds the transform of rows of pixels, shifted back, to a sum of spectra.
  void add_back(const T* pixels, T* sum) const {
    const Ramp<T> y = ramp(0);
    const Ramp<T> x = ramp(4);
    to_spectrum(pixels, at(slot_.spectrum), [&](std::int64_t b, const T* slab) {
      const std::int64_t first = b * lanes_;
      loops_.add_back(slab, {y.re + first, y.im + first}, x, width_, lanes_, sum + b * row_slab());
    });
  }

  const ShiftSlot& slot() const { return slot_; }

 private:
  static T* at(unsigned char* memory) { return reinterpret_cast<T*>(memory); }
  std::int64_t blocks(std::int64_t n) const { return (n + lanes_ - 1) / lanes_; }
  std::int64_t row_slab() const { return 2 * lanes_ * width_; }
  std::int64_t column_slab() const { return 2 * lanes_ * height_; }
  Ramp<T> ramp(int n) const { return {at(slot_.ramps[n]), at(slot_.ramps[n + 1])}; }

  // Calls each(block, slab) for every slab of rows of the transform.
  template <class Each>
  void to_spectrum(const T* pixels, T* spectrum, Each&& each) const {
    T* const slab = at(slot_.slab);
    for (std::int64_t b = 0; b < blocks(width_); ++b) {
      const std::int64_t first = b * lanes_;
      loops_.gather(pixels, height_, width_, first, lanes_, slab);
      loops_.turn(transforms_.y->run(slab, at(slot_.work), true), height_, first,
                  std::min(lanes_, width_ - first), lanes_, spectrum, row_slab());
    }
    for (std::int64_t b = 0; b < blocks(height_); ++b) {
      each(b, transforms_.x->run(spectrum + b * row_slab(), at(slot_.work), true));
    }
  }

  // Lines above half of n are the conjugates of those below; line n / 2 of an even n counts as
  // -1/2.
  void set_axis(double shift, std::int64_t n, double scale, bool derived, int first) {
    const auto store = [&](std::int64_t line, double cosine, double sine) {
      at(slot_.ramps[first])[line] = static_cast<T>(scale * cosine);
      at(slot_.ramps[first + 1])[line] = static_cast<T>(scale * sine);
      if (!derived) return;
      derive_phase(line_frequency(line, n), &cosine, &sine);
      at(slot_.ramps[first + 2])[line] = static_cast<T>(scale * cosine);
      at(slot_.ramps[first + 3])[line] = static_cast<T>(scale * sine);
    };
    for_phases(-shift / static_cast<double>(n), 0.0, 0, n / 2 + 1,
               [&](std::int64_t k, double cosine, double sine) {
                 if (2 * k < n) store(k, cosine, sine);
                 if (k > 0) store(n - k, cosine, -sine);
               });
    for (int part = 0; part < 4; ++part) {
      std::fill_n(at(slot_.ramps[first + part]) + n, max_fft_lanes, T(0));
    }
  }

  const ShiftLoops<P>& loops_;
  const AxisTransforms<T>& transforms_;
  std::int64_t height_, width_, lanes_;
  ShiftSlot slot_;
};

}  // namespace ppatch
