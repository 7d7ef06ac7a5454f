// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/host_views.hpp"

namespace ppatch {
namespace {

void* moved(void* data, std::int64_t scalars, std::int64_t size) {
  return data ? static_cast<unsigned char*>(data) + scalars * size : nullptr;
}

}  // namespace

HostLayout layout_of(const PatchView& view, int C, std::int64_t size) {
  HostLayout layout = HostLayout::begin(view.data, C * size);
  layout.add(view.images, view.stride_image * size);
  layout.add(view.count / view.group_size, view.stride_group * size);
  layout.add(view.group_size, view.stride_member * size);
  layout.add(view.modes, view.stride_mode * size);
  layout.add(view.height, view.stride_y * size);
  layout.add(view.width, view.stride_x * size);
  return layout;
}

PatchView packed(const PatchView& view, int C, void* data) {
  PatchView out = view;
  out.data = data;
  out.stride_x = C;
  out.stride_y = view.width * C;
  out.stride_mode = view.height * out.stride_y;
  out.stride_member = view.modes * out.stride_mode;
  out.stride_group = view.group_size * out.stride_member;
  out.stride_image = view.count * out.stride_member;
  return out;
}

PatchView part_of(const PatchView& view, std::int64_t first, std::int64_t last, std::int64_t size) {
  PatchView out = view;
  out.data = moved(view.data, first / view.group_size * view.stride_group, size);
  out.count = last - first;
  return out;
}

HostLayout layout_of(const ProbeView& view, std::int64_t count, std::int64_t height,
                     std::int64_t width, int C, std::int64_t size) {
  HostLayout layout = HostLayout::begin(view.data, C * size);
  layout.add(view.shared ? 1 : count, view.stride_position * size);
  layout.add(view.modes, view.stride_mode * size);
  layout.add(height, view.stride_y * size);
  layout.add(width, view.stride_x * size);
  return layout;
}

ProbeView packed(const ProbeView& view, std::int64_t height, std::int64_t width, int C,
                 void* data) {
  ProbeView out = view;
  out.data = data;
  out.stride_x = C;
  out.stride_y = width * C;
  out.stride_mode = height * out.stride_y;
  out.stride_position = view.shared ? 0 : view.modes * out.stride_mode;
  return out;
}

ProbeView part_of(const ProbeView& view, std::int64_t first, std::int64_t size) {
  ProbeView out = view;
  out.data = moved(view.data, first * view.stride_position, size);
  return out;
}

HostLayout layout_of(const PositionResultView& view, std::int64_t images, std::int64_t count,
                     std::int64_t size) {
  HostLayout layout = HostLayout::begin(view.data, size);
  layout.add(images, view.stride_image * size);
  layout.add(count, view.stride_position * size);
  layout.add(2, view.stride_axis * size);
  return layout;
}

PositionResultView packed(const PositionResultView&, std::int64_t count, void* data) {
  return {data, 2 * count, 2, 1};
}

PositionResultView part_of(const PositionResultView& view, std::int64_t first, std::int64_t size) {
  PositionResultView out = view;
  out.data = moved(view.data, first * view.stride_position, size);
  return out;
}

}  // namespace ppatch
