// SPDX-License-Identifier: Apache-2.0
#include "cpu/fft/plane_fft.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace ppatch {
namespace {

std::int64_t aligned(std::int64_t floats) { return (floats + 15) / 16 * 16; }

// Slabs of columns that one thread takes one after another, the next being prefetched meanwhile.
constexpr std::int64_t column_slabs = 4;

// The last slab of a plane may have fewer signals than lanes: the others hold zeros.
void gather_few_rows(const float* rows, std::int64_t stride, std::int64_t n, std::int64_t count,
                     std::int64_t lanes, float* slab) {
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) {
      slab[k * lanes + l] = l < count ? rows[l * stride + k] : 0.0F;
    }
  }
}

void scatter_few_rows(const float* slab, std::int64_t lanes, std::int64_t n, std::int64_t count,
                      float* rows, std::int64_t stride) {
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < count; ++l) rows[l * stride + k] = slab[k * lanes + l];
  }
}

void gather_few_columns(const float* data, std::int64_t stride, std::int64_t n, std::int64_t count,
                        std::int64_t lanes, float* slab) {
  for (std::int64_t k = 0; k < n; ++k) {
    const float* row = data + k * stride;
    float* real = slab + 2 * k * lanes;
    for (std::int64_t l = 0; l < lanes; ++l) {
      real[l] = l < count ? row[2 * l] : 0.0F;
      real[lanes + l] = l < count ? row[2 * l + 1] : 0.0F;
    }
  }
}

void scatter_few_columns(const float* slab, std::int64_t lanes, std::int64_t n, std::int64_t count,
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

PlaneFft::PlaneFft(const FftProvider& provider, const SlabLoops& slabs, std::int64_t height,
                   std::int64_t width)
    : height_(height),
      width_(width),
      lanes_(provider.lanes),
      slabs_(&slabs),
      rows_(provider.make_real(width)),
      columns_(provider.make_complex(height)) {}

std::int64_t PlaneFft::slot_floats() const {
  return std::max(aligned(width_ * lanes_) + aligned(rows_->work_scalars()),
                  aligned(2 * height_ * lanes_) + aligned(columns_->work_scalars()));
}

// Calls body(first, count, whether the next slab follows, slab) for each slab of lanes, `together`
// of them one after another; slab memory behind the slab is the body's.
template <class Body>
void PlaneFft::for_slabs(std::int64_t count, std::int64_t together, const Arena& arena,
                         const FftSlots& slots, Body&& body) const {
  if (slot_floats() > slots.floats) {
    fail(PPATCH_ERROR_INTERNAL, "a transform of ", height_, " x ", width_, " needs ", slot_floats(),
         " floats a thread, the plan has ", slots.floats);
  }
  const std::int64_t total = (count + lanes_ - 1) / lanes_;
  arena.parallel_for((total + together - 1) / together, [&](std::int64_t group, int slot) {
    const std::int64_t end = std::min(total, (group + 1) * together);
    for (std::int64_t index = group * together; index < end; ++index) {
      const std::int64_t first = index * lanes_;
      body(first, std::min(lanes_, count - first), index + 1 < end,
           slots.data + slot * slots.floats);
    }
  });
}

void PlaneFft::columns(float* data, bool forward, const Arena& arena, const FftSlots& slots) const {
  for_slabs(spectrum_width(), column_slabs, arena, slots,
            [&](std::int64_t first, std::int64_t count, bool more, float* slab) {
              float* at = data + 2 * first;
              float* work = slab + aligned(2 * height_ * lanes_);
              if (count == lanes_) {
                slabs_->gather_columns(at, row_floats(), height_, lanes_, more, slab);
                slabs_->scatter_columns(columns_->run(slab, work, forward), lanes_, height_, at,
                                        row_floats());
              } else {
                gather_few_columns(at, row_floats(), height_, count, lanes_, slab);
                scatter_few_columns(columns_->run(slab, work, forward), lanes_, height_, count, at,
                                    row_floats());
              }
            });
}

// Spectra of real rows go from the order of SlabFft to one of complex numbers, and back: all but
// the first sample move on by one. The first imaginary part, and for even n the last, are zero.
void PlaneFft::forward_filled(float* data, std::int64_t live_rows, const Arena& arena,
                              const FftSlots& slots, void* self, Fill fill) const {
  const std::int64_t live = std::min(live_rows, height_);
  const std::int64_t stride = row_floats();
  for_slabs(live, 1, arena, slots, [&](std::int64_t first, std::int64_t count, bool, float* slab) {
    float* at = data + first * stride;
    float* work = slab + aligned(width_ * lanes_);
    for (std::int64_t l = 0; l < count; ++l) fill(self, first + l, at + l * stride);
    const bool full = count == lanes_;
    if (full) {
      slabs_->gather_rows(at, stride, width_, lanes_, slab);
    } else {
      gather_few_rows(at, stride, width_, count, lanes_, slab);
    }
    const float* out = rows_->run(slab, work, true);
    scatter_few_rows(out, lanes_, 1, count, at, stride);
    if (full) {
      slabs_->scatter_rows(out + lanes_, lanes_, width_ - 1, at + 2, stride);
    } else {
      scatter_few_rows(out + lanes_, lanes_, width_ - 1, count, at + 2, stride);
    }
    for (std::int64_t l = 0; l < count; ++l) {
      at[l * stride + 1] = 0.0F;
      if (width_ % 2 == 0) at[l * stride + width_ + 1] = 0.0F;
    }
  });
  std::memset(data + live * stride, 0,
              static_cast<std::size_t>((height_ - live) * stride) * sizeof(float));
  columns(data, true, arena, slots);
}

void PlaneFft::inverse_needed(float* data, std::int64_t live_rows, const Arena& arena,
                              const FftSlots& slots, const void* self, Needed needed) const {
  columns(data, false, arena, slots);
  const std::int64_t stride = row_floats();
  for_slabs(std::min(live_rows, height_), 1, arena, slots,
            [&](std::int64_t first, std::int64_t count, bool, float* slab) {
              if (!needed(self, first, first + count)) return;
              float* at = data + first * stride;
              float* work = slab + aligned(width_ * lanes_);
              const bool full = count == lanes_;
              gather_few_rows(at, stride, 1, count, lanes_, slab);
              if (full) {
                slabs_->gather_rows(at + 2, stride, width_ - 1, lanes_, slab + lanes_);
              } else {
                gather_few_rows(at + 2, stride, width_ - 1, count, lanes_, slab + lanes_);
              }
              const float* out = rows_->run(slab, work, false);
              if (full) {
                slabs_->scatter_rows(out, lanes_, width_, at, stride);
              } else {
                scatter_few_rows(out, lanes_, width_, count, at, stride);
              }
            });
}

}  // namespace ppatch
