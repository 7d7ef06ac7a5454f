// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/image_views.hpp"

namespace ppatch {

HostLayout layout_of(const ImageView& view, int C, std::int64_t size) {
  HostLayout layout = HostLayout::begin(view.data, C * size);
  layout.add(view.count, view.stride_image * size);
  layout.add(view.height, view.stride_y * size);
  layout.add(view.width, view.stride_x * size);
  return layout;
}

ImageView packed(const ImageView& view, int C, void* data) {
  ImageView out = view;
  out.data = data;
  out.stride_x = C;
  out.stride_y = view.width * C;
  out.stride_image = view.height * view.width * C;
  return out;
}

}  // namespace ppatch
