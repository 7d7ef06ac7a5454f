// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/patch_state.hpp"

#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "core/patches/patch_positions.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {

PatchState::PatchState(const PatchSettings& settings, const PatchMemoryPlan& layout,
                       const BackendSettings& backend)
    : settings_(settings), backend_(backend), scratch_(layout, *backend.allocator) {}

void PatchState::set_positions(const PositionSource& source) {
  const PatchPositions positions(settings_, source);
  positions.check();
  PatchOrigin* origins = scratch_.origins();
  for (std::int64_t k = 0; k < source.count; ++k) origins[k] = positions.origin(k);
  if (source.count != count_) has_index_ = false;
  count_ = source.count;
  positions_changed();
}

void PatchState::set_image_index(const std::int32_t* index) {
  if (index) {
    std::copy_n(index, count_, scratch_.image_index());
    largest_index_ = count_ > 0 ? *std::max_element(index, index + count_) : -1;
  }
  has_index_ = index != nullptr;
  positions_changed();
}

void PatchState::set_stream(void* stream) {
  if (stream) invalid("stream: expected NULL, since the CPU has no streams, got ", stream);
}

void PatchState::get_positions(double* out, std::int64_t stride_k, std::int64_t stride_axis) const {
  write_positions(scratch_.origins(), count_, settings_, out, stride_k, stride_axis);
}

PatchProblem PatchState::problem() const {
  PatchProblem p;
  p.origins = scratch_.origins();
  p.image_index = has_index_ ? scratch_.image_index() : nullptr;
  p.count = count_;
  p.height = settings_.patch_height;
  p.width = settings_.patch_width;
  p.interpolation = settings_.interpolation;
  p.boundary = settings_.boundary;
  p.constant[0] = settings_.constant[0];
  p.constant[1] = settings_.constant[1];
  return p;
}

void PatchState::assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                          double eps) {
  adjoint(in, ProbeView{}, image, coverage, Accumulation::overwrite);
  with_pixel(image.dtype, [&](auto pixel) {
    const AssemblePixel<typename decltype(pixel)::T, pixel.C> job(image, coverage, eps);
    for (std::int64_t m = 0; m < image.count; ++m) {
      for (std::int64_t y = 0; y < image.height; ++y) {
        for (std::int64_t x = 0; x < image.width; ++x) job.divide(m, y, x);
      }
    }
  });
}

}  // namespace ppatch
