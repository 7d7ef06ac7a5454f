// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/host_positions.hpp"

#include "core/dtype.hpp"

namespace ptychopatch {
namespace {

HostSpan span_of(const CoordinateView& view, std::int64_t count, std::int64_t group_size,
                 device::Stream stream) {
  return {view.data,
          size_of(static_cast<ppatch_dtype>(view.dtype)),
          {{count / group_size, view.stride_group},
           {group_size, view.stride_member},
           {2, view.stride_axis}},
          stream};
}

}  // namespace

HostSpan::HostSpan(const void* data, std::int64_t element, const std::vector<Axis>& axes,
                   device::Stream stream)
    : data_(data) {
  std::int64_t before = 0;
  std::int64_t after = 0;
  for (const Axis& axis : axes) {
    if (axis.extent == 0) return;
    (axis.stride < 0 ? before : after) += (axis.extent - 1) * axis.stride;
  }
  if (!data || !device::reaches(data)) return;
  copy_.resize(static_cast<std::size_t>((after - before + 1) * element));
  device::copy_to_host(copy_.data(), static_cast<const unsigned char*>(data) + before * element,
                       copy_.size(), stream);
  device::synchronize(stream);
  data_ = copy_.data() - before * element;
}

HostPositions::HostPositions(const PositionSource& source, std::int64_t group_size,
                             device::Stream stream)
    : source_(source),
      value_(span_of(source.value, source.count, group_size, stream)),
      whole_(span_of(source.whole, source.count, group_size, stream)) {
  source_.value.data = value_.data();
  source_.whole.data = whole_.data();
}

}  // namespace ptychopatch
