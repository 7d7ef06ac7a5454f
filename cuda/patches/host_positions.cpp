// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/host_positions.hpp"

#include "core/dtype.hpp"

namespace ppatch {
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

HostPositions::HostPositions(const PositionSource& source, std::int64_t group_size,
                             device::Stream stream)
    : source_(source),
      value_(span_of(source.value, source.count, group_size, stream)),
      whole_(span_of(source.whole, source.count, group_size, stream)) {
  source_.value.data = value_.data();
  source_.whole.data = whole_.data();
}

}  // namespace ppatch
