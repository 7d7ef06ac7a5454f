// SPDX-License-Identifier: Apache-2.0
#include "cpu/fft/plane_fft.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace ptychopatch {
namespace {

std::int64_t aligned(std::int64_t floats) { return (floats + 15) / 16 * 16; }

// Rows of n reals into the slab; lanes without a row hold zeros.
void gather_rows(const float* rows, std::int64_t stride, std::int64_t n, std::int64_t count,
                 std::int64_t lanes, float* slab) {
  if (count < lanes) std::memset(slab, 0, static_cast<std::size_t>(n * lanes) * sizeof(float));
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < count; ++l) slab[k * lanes + l] = rows[l * stride + k];
  }
}

void scatter_rows(const float* slab, std::int64_t lanes, std::int64_t n, std::int64_t count,
                  float* rows, std::int64_t stride) {
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < count; ++l) rows[l * stride + k] = slab[k * lanes + l];
  }
}

// A spectrum of n reals in the order of RealFft to one of complex numbers, and back. The first
// imaginary part, and for even n the last, are zero and stored by neither.
void scatter_spectra(const float* slab, std::int64_t lanes, std::int64_t n, std::int64_t count,
                     float* rows, std::int64_t stride) {
  scatter_rows(slab, lanes, 1, count, rows, stride);
  scatter_rows(slab + lanes, lanes, n - 1, count, rows + 2, stride);
  for (std::int64_t l = 0; l < count; ++l) {
    rows[l * stride + 1] = 0.0F;
    if (n % 2 == 0) rows[l * stride + n + 1] = 0.0F;
  }
}

void gather_spectra(const float* rows, std::int64_t stride, std::int64_t n, std::int64_t count,
                    std::int64_t lanes, float* slab) {
  gather_rows(rows, stride, 1, count, lanes, slab);
  gather_rows(rows + 2, stride, n - 1, count, lanes, slab + lanes);
}

void gather_columns(const float* data, std::int64_t stride, std::int64_t n, std::int64_t count,
                    std::int64_t lanes, float* slab) {
  if (count < lanes) std::memset(slab, 0, static_cast<std::size_t>(2 * n * lanes) * sizeof(float));
  for (std::int64_t k = 0; k < n; ++k) {
    const float* row = data + k * stride;
    float* real = slab + 2 * k * lanes;
    for (std::int64_t l = 0; l < count; ++l) {
      real[l] = row[2 * l];
      real[lanes + l] = row[2 * l + 1];
    }
  }
}

void scatter_columns(const float* slab, std::int64_t lanes, std::int64_t n, std::int64_t count,
                     float* data, std::int64_t stride) {
  for (std::int64_t k = 0; k < n; ++k) {
    float* row = data + k * stride;
    const float* real = slab + 2 * k * lanes;
    for (std::int64_t l = 0; l < count; ++l) {
      row[2 * l] = real[l];
      row[2 * l + 1] = real[lanes + l];
    }
  }
}

}  // namespace

PlaneFft::PlaneFft(const FftProvider& provider, std::int64_t height, std::int64_t width)
    : height_(height),
      width_(width),
      lanes_(provider.lanes),
      rows_(provider.make_real(width)),
      columns_(provider.make_complex(height)) {}

std::int64_t PlaneFft::slot_floats() const {
  return std::max(aligned(width_ * lanes_) + aligned(rows_->work_floats()),
                  aligned(2 * height_ * lanes_) + aligned(columns_->work_floats()));
}

// Calls body(first, count, slab, slot memory behind the slab is the body's) for each slab of lanes.
template <class Body>
void PlaneFft::for_slabs(std::int64_t count, const Arena& arena, const FftSlots& slots,
                         Body&& body) const {
  if (slot_floats() > slots.floats) {
    fail(PPATCH_ERROR_INTERNAL, "a transform of ", height_, " x ", width_, " needs ", slot_floats(),
         " floats a thread, the plan has ", slots.floats);
  }
  arena.parallel_for((count + lanes_ - 1) / lanes_, [&](std::int64_t index, int slot) {
    const std::int64_t first = index * lanes_;
    body(first, std::min(lanes_, count - first), slots.data + slot * slots.floats);
  });
}

void PlaneFft::columns(float* data, bool forward, const Arena& arena, const FftSlots& slots) const {
  for_slabs(spectrum_width(), arena, slots,
            [&](std::int64_t first, std::int64_t count, float* slab) {
              float* at = data + 2 * first;
              gather_columns(at, row_floats(), height_, count, lanes_, slab);
              const float* out = columns_->run(slab, slab + aligned(2 * height_ * lanes_), forward);
              scatter_columns(out, lanes_, height_, count, at, row_floats());
            });
}

void PlaneFft::forward(float* data, std::int64_t live_rows, const Arena& arena,
                       const FftSlots& slots) const {
  const std::int64_t live = std::min(live_rows, height_);
  for_slabs(live, arena, slots, [&](std::int64_t first, std::int64_t count, float* slab) {
    float* at = data + first * row_floats();
    gather_rows(at, row_floats(), width_, count, lanes_, slab);
    const float* out = rows_->run(slab, slab + aligned(width_ * lanes_), true);
    scatter_spectra(out, lanes_, width_, count, at, row_floats());
  });
  std::memset(data + live * row_floats(), 0,
              static_cast<std::size_t>((height_ - live) * row_floats()) * sizeof(float));
  columns(data, true, arena, slots);
}

void PlaneFft::inverse(float* data, std::int64_t live_rows, const Arena& arena,
                       const FftSlots& slots) const {
  columns(data, false, arena, slots);
  for_slabs(std::min(live_rows, height_), arena, slots,
            [&](std::int64_t first, std::int64_t count, float* slab) {
              float* at = data + first * row_floats();
              gather_spectra(at, row_floats(), width_, count, lanes_, slab);
              const float* out = rows_->run(slab, slab + aligned(width_ * lanes_), false);
              scatter_rows(out, lanes_, width_, count, at, row_floats());
            });
}

}  // namespace ptychopatch
