// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/host_span.hpp"

namespace ppatch {

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

}  // namespace ppatch
