// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_FFT_PLANE_FFT_HPP_
#define PTYCHOPATCH_CPU_FFT_PLANE_FFT_HPP_

#include <cstdint>
#include <memory>

#include "cpu/arena.hpp"
#include "cpu/fft/fft.hpp"

namespace ptychopatch {

// Memory of the threads of an arena, `floats` each.
struct FftSlots {
  float* data = nullptr;
  std::int64_t floats = 0;
};

// The transform of a real plane, in place. Row y is at data + y * row_floats(): width() reals on
// one side, spectrum_width() complex numbers, frequencies 0 to 1/2, on the other.
class PlaneFft {
 public:
  PlaneFft() = default;
  PlaneFft(const FftProvider& provider, std::int64_t height, std::int64_t width);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::int64_t spectrum_width() const { return width_ / 2 + 1; }
  std::int64_t row_floats() const { return 2 * spectrum_width(); }
  std::int64_t plane_floats() const { return height_ * row_floats(); }
  // Scratch of one thread.
  std::int64_t slot_floats() const;

  // sum e^{-2 pi i f.x}. Rows from live_rows on are taken as zero, whatever they hold.
  void forward(float* data, std::int64_t live_rows, const Arena& arena,
               const FftSlots& slots) const;
  // sum e^{+2 pi i f.x}, not normalised. Only the first live_rows rows are made real; the others
  // are left in between.
  void inverse(float* data, std::int64_t live_rows, const Arena& arena,
               const FftSlots& slots) const;

 private:
  template <class Body>
  void for_slabs(std::int64_t count, const Arena& arena, const FftSlots& slots, Body&& body) const;
  void columns(float* data, bool forward, const Arena& arena, const FftSlots& slots) const;

  std::int64_t height_ = 0, width_ = 0;
  std::int64_t lanes_ = 0;
  std::shared_ptr<const RealFft> rows_;
  std::shared_ptr<const ComplexFft> columns_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_FFT_PLANE_FFT_HPP_
