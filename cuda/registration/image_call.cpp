// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/image_call.hpp"

#include <algorithm>

#include "core/dtype.hpp"
#include "cuda/runtime/image_views.hpp"

namespace ppatch {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20;

}  // namespace

ImageCall::ImageCall(const Machine& machine)
    : selected_(machine.settings.device),
      staging_(std::min(piece_bytes, std::max<std::uint64_t>(machine.settings.memory_budget, 8))),
      copies_(machine, machine.settings.memory_budget) {}

ImageView ImageCall::image(const char* name, const ImageView& view, bool is_input) {
  const std::int64_t size = size_of(static_cast<ppatch_dtype>(view.dtype));
  const HostLayout layout = layout_of(view, 1, size);
  if (layout.count() == 0 || device::reaches(view.data)) return view;
  void* const copy = copies_.take(slot_++, name, layout.packed_bytes(), stream_.get());
  if (is_input) {
    staging_.upload(layout, copy, stream_.get());
  } else {
    outputs_.push_back({copy, layout});
  }
  return packed(view, 1, copy);
}

void ImageCall::finish() {
  for (const Output& output : outputs_) {
    staging_.download(output.from, output.to, stream_.get());
  }
  outputs_.clear();
  device::synchronize(stream_.get());
}

}  // namespace ppatch
