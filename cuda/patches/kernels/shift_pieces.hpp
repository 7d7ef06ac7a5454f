// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/patches/probe_shift.hpp"
#include "math/division.hpp"
#include "math/multiply_add.hpp"
#include "math/patches/complex.hpp"
#include "math/patches/patch_views.hpp"
#include "math/phase.hpp"
#include "math/pixel.hpp"

// What a device does beside its transforms to shift probes: a thread a number. Planes are complex,
// (positions, modes, h, w) without gaps, whatever the pixels.
namespace ppatch {

// Sizes of such planes.
struct ShiftPlanes {
  std::int64_t modes = 0, height = 0, width = 0;

  struct Place {
    std::int64_t k, mode, r, q;
  };
  PPATCH_HD Place place(std::int64_t index) const {
    const Division row = divide(index, width);
    const Division mode = divide(row.quotient, height);
    const Division position = divide(mode.quotient, modes);
    return {position.quotient, position.remainder, mode.remainder, row.remainder};
  }
  PPATCH_HD std::int64_t area() const { return height * width; }
};

// The phases of the lines of y and then of x of each position, those of x with the transforms' own
// factor: pairs.
template <class T>
struct ProbePhases {
  const PatchOrigin* origins = nullptr;
  std::int64_t height = 0, width = 0;
  T* phases = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    const Division position = divide(index, height + width);
    const bool by_y = position.remainder < height;
    const std::int64_t n = by_y ? height : width;
    const std::int64_t line = by_y ? position.remainder : position.remainder - height;
    const ProbeShift shift = shift_of(origins[position.quotient]);
    double cosine = 1.0;
    double sine = 0.0;
    unit_phase(-line_frequency(line, n) * (by_y ? shift.y : shift.x), &cosine, &sine);
    const double factor =
        by_y ? 1.0 : 1.0 / (static_cast<double>(height) * static_cast<double>(width));
    phases[2 * index] = static_cast<T>(factor * cosine);
    phases[2 * index + 1] = static_cast<T>(factor * sine);
  }
};

// A probe's modes to planes.
template <class P>
struct LoadProbe {
  using T = typename P::Real;
  ShiftPlanes sizes;
  ProbeView probe;
  T* planes = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    constexpr int C = P::components;
    const auto [k, mode, r, q] = sizes.place(index);
    T value[C];
    P::load(probe.at<typename P::Storage>(k, mode) + r * probe.stride_y + q * probe.stride_x,
            value);
    planes[2 * index] = value[0];
    planes[2 * index + 1] = C == 2 ? value[C - 1] : T(0);
  }
};

// to = from times the phases, or their derivative by an axis, or their conjugates.
enum class ShiftBy { shift, derivative_y, derivative_x, back };

template <class T>
struct ApplyShift {
  ShiftPlanes sizes;
  const T* from = nullptr;
  bool shared = true;  // whether `from` has no axis of positions
  const T* phases = nullptr;
  ShiftBy by = ShiftBy::shift;
  T* to = nullptr;

  // The phase of one line of position k.
  PPATCH_HD void phase(std::int64_t k, std::int64_t line, T* value) const {
    const T* const from_table = phases + 2 * (k * (sizes.height + sizes.width) + line);
    value[0] = from_table[0];
    value[1] = by == ShiftBy::back ? -from_table[1] : from_table[1];
  }
  PPATCH_HD static void derive(std::int64_t line, std::int64_t n, T* value) {
    double real = static_cast<double>(value[0]);
    double imaginary = static_cast<double>(value[1]);
    derive_phase(line_frequency(line, n), &real, &imaginary);
    value[0] = static_cast<T>(real);
    value[1] = static_cast<T>(imaginary);
  }

  PPATCH_HD void operator()(std::int64_t index) const {
    const auto [k, mode, r, q] = sizes.place(index);
    T by_y[2];
    T by_x[2];
    phase(k, r, by_y);
    phase(k, sizes.height + q, by_x);
    if (by == ShiftBy::derivative_y) derive(r, sizes.height, by_y);
    if (by == ShiftBy::derivative_x) derive(q, sizes.width, by_x);
    multiply<T, 2>(by_y, by_x, by_y);
    const std::int64_t source = shared ? index - k * sizes.modes * sizes.area() : index;
    const T value[2] = {from[2 * source], from[2 * source + 1]};
    multiply<T, 2>(by_y, value, to + 2 * index);
  }
};

// Where a position has no shift, the probe as it is.
template <class P>
struct KeepUnshifted {
  using T = typename P::Real;
  LoadProbe<P> load;
  const PatchOrigin* origins = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    if (shift_of(origins[load.sizes.place(index).k]).none()) load(index);
  }
};

// Adds the planes of some positions, shifted back, to sums that all share, in their order.
template <class T>
struct SumShiftedBack {
  ApplyShift<T> apply;  // of no use but for its phases
  const T* planes = nullptr;
  std::int64_t positions = 0;
  double* sums = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    const ShiftPlanes& sizes = apply.sizes;
    const auto [zero, mode, r, q] = sizes.place(index);
    double real = sums[2 * index];
    double imaginary = sums[2 * index + 1];
    for (std::int64_t k = 0; k < positions; ++k) {
      T by_y[2];
      T by_x[2];
      apply.phase(k, r, by_y);
      apply.phase(k, sizes.height + q, by_x);
      multiply<T, 2>(by_y, by_x, by_y);
      const T* const plane = planes + 2 * (k * sizes.modes * sizes.area() + index);
      const T value[2] = {plane[0], plane[1]};
      T term[2];
      multiply<T, 2>(by_y, value, term);
      real += static_cast<double>(term[0]);
      imaginary += static_cast<double>(term[1]);
    }
    sums[2 * index] = real;
    sums[2 * index + 1] = imaginary;
  }
};

// Numbers from sums.
template <class T>
struct RoundSums {
  const double* sums = nullptr;
  T* planes = nullptr;
  PPATCH_HD void operator()(std::int64_t index) const {
    planes[index] = static_cast<T>(sums[index]);
  }
};

// Scalars that are zero.
template <class T>
struct ClearScalars {
  T* scalars = nullptr;
  PPATCH_HD void operator()(std::int64_t index) const { scalars[index] = T(0); }
};

// Planes to a probe's modes, or added to them.
template <class P>
struct StoreProbe {
  using T = typename P::Real;
  ShiftPlanes sizes;
  const T* planes = nullptr;
  ProbeView probe;
  bool from_zero = true;

  PPATCH_HD void operator()(std::int64_t index) const {
    constexpr int C = P::components;
    const auto [k, mode, r, q] = sizes.place(index);
    auto* const to =
        probe.at<typename P::Storage>(k, mode) + r * probe.stride_y + q * probe.stride_x;
    for (int c = 0; c < C; ++c) {
      const T value = planes[2 * index + c];
      to[c] = P::store(from_zero ? value : P::load(to[c]) + value);
    }
  }
};

}  // namespace ppatch
