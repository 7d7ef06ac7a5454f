// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "cpu/fft/fft.hpp"
#include "cpu/fft/slab_loops.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// Memory of the threads of an arena, `floats` each.
struct FftSlots {
  float* data = nullptr;
  std::int64_t floats = 0;
};

// What slots take at most where lines have up to n samples, whatever the factors of their numbers.
inline std::int64_t max_slot_floats(const FftProvider& provider, std::int64_t n, bool good_sizes) {
  return (good_sizes ? 6 : 50) * n * provider.lanes + 4096;
}

// The transform of a real plane, in place. Row y is at data + y * row_floats(): width() reals on
// one side, spectrum_width() complex numbers, frequencies 0 to 1/2, on the other.
class PlaneFft {
 public:
  PlaneFft() = default;
  // slabs outlive it.
  PlaneFft(const FftProvider& provider, const SlabLoops& slabs, std::int64_t height,
           std::int64_t width);

  // What a plane takes. Rows are whole cache lines, so that slabs of columns are, too.
  static std::int64_t row_floats_of(std::int64_t width) { return (width / 2 + 8) / 8 * 16; }
  static std::int64_t floats_of(std::int64_t height, std::int64_t width) {
    return height * row_floats_of(width);
  }

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::int64_t spectrum_width() const { return width_ / 2 + 1; }
  std::int64_t row_floats() const { return row_floats_of(width_); }
  std::int64_t plane_floats() const { return floats_of(height_, width_); }
  // Scratch of one thread.
  std::int64_t slot_floats() const;

  // sum e^{-2 pi i f.x}. Rows from live_rows on are taken as zero, whatever they hold. fill(y, row)
  // writes a live row just before it is read.
  template <class Fill>
  void forward(float* data, std::int64_t live_rows, const Arena& arena, const FftSlots& slots,
               Fill&& fill) const {
    forward_filled(data, live_rows, arena, slots, &fill,
                   [](void* self, std::int64_t y, float* row) {
                     (*static_cast<std::remove_reference_t<Fill>*>(self))(y, row);
                   });
  }
  void forward(float* data, std::int64_t live_rows, const Arena& arena,
               const FftSlots& slots) const {
    forward(data, live_rows, arena, slots, [](std::int64_t, float*) {});
  }
  // sum e^{+2 pi i f.x}, not normalised. Only the first live_rows rows are made real, and of them
  // only blocks of rows [first, end) for which needed(first, end) holds; the others are left in
  // between.
  template <class Needed>
  void inverse(float* data, std::int64_t live_rows, const Arena& arena, const FftSlots& slots,
               Needed&& needed) const {
    inverse_needed(data, live_rows, arena, slots, &needed,
                   [](const void* self, std::int64_t first, std::int64_t end) {
                     return (*static_cast<const std::remove_reference_t<Needed>*>(self))(first,
                                                                                         end);
                   });
  }
  void inverse(float* data, std::int64_t live_rows, const Arena& arena,
               const FftSlots& slots) const {
    inverse(data, live_rows, arena, slots, [](std::int64_t, std::int64_t) { return true; });
  }

 private:
  using Fill = void (*)(void* self, std::int64_t y, float* row);
  void forward_filled(float* data, std::int64_t live_rows, const Arena& arena,
                      const FftSlots& slots, void* self, Fill fill) const;
  using Needed = bool (*)(const void* self, std::int64_t first, std::int64_t end);
  void inverse_needed(float* data, std::int64_t live_rows, const Arena& arena,
                      const FftSlots& slots, const void* self, Needed needed) const;
  template <class Body>
  void for_slabs(std::int64_t count, std::int64_t together, const Arena& arena,
                 const FftSlots& slots, Body&& body) const;
  void columns(float* data, bool forward, const Arena& arena, const FftSlots& slots) const;

  std::int64_t height_ = 0, width_ = 0;
  std::int64_t lanes_ = 0;
  const SlabLoops* slabs_ = nullptr;
  std::shared_ptr<const SlabFft> rows_, columns_;
};

}  // namespace ppatch
