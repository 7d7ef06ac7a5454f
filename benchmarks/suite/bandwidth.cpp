// SPDX-License-Identifier: Apache-2.0
#include "suite/bandwidth.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ptychopatch::bench {

namespace {

std::byte* line_begin(std::byte* place) {
  constexpr std::uintptr_t kLine = 64;
  return place + (kLine - reinterpret_cast<std::uintptr_t>(place) % kLine) % kLine;
}

}  // namespace

std::string name(BandwidthLimit limit) {
  switch (limit) {
    case BandwidthLimit::kMemset:
      return "memset";
    case BandwidthLimit::kFill:
      return "nt_fill";
    case BandwidthLimit::kMemcpy:
      return "memcpy";
    case BandwidthLimit::kRead:
      return "read";
    case BandwidthLimit::kDeviceMemset:
      return "device_memset";
    case BandwidthLimit::kDeviceCopy:
      return "device_copy";
    case BandwidthLimit::kDeviceRead:
      return "device_read";
    case BandwidthLimit::kHostToDevice:
      return "host_to_device";
  }
  return "?";
}

BandwidthLimit limit_of(const Case& one, const Gpu* gpu) {
  const bool writes =
      one.operation == Operation::kExtract || one.operation == Operation::kProbeExtract;
  if (gpu && one.on_host) return BandwidthLimit::kHostToDevice;
  if (gpu) return writes ? BandwidthLimit::kDeviceMemset : BandwidthLimit::kDeviceRead;
  if (!writes) return BandwidthLimit::kRead;
  const std::int64_t near_caches = one.threads * sysconf(_SC_LEVEL2_CACHE_SIZE);
  return one.bytes() > near_caches ? BandwidthLimit::kFill : BandwidthLimit::kMemset;
}

LimitRunner::LimitRunner(BandwidthLimit limit, const Buffer& buffer, ThreadTeam& team)
    : limit_(limit), team_(team), begin_(line_begin(buffer.data())) {
  const std::int64_t bytes = buffer.data() + buffer.bytes() - begin_;
  threads_ = std::min<std::int64_t>(team.size(), bytes / kLimitBlock);
  stretch_ = bytes / threads_ / kLimitBlock * kLimitBlock;
}

void LimitRunner::run() {
  team_.run([this](int thread) {
    if (thread < threads_) run_stretch(begin_ + thread * stretch_);
  });
}

void LimitRunner::run_stretch(std::byte* begin) const {
  const auto size = static_cast<std::size_t>(stretch_);
  switch (limit_) {
    case BandwidthLimit::kMemset:
      std::memset(begin, 0x3f, size);
      break;
    case BandwidthLimit::kFill:
      fill_streaming(begin, stretch_);
      break;
    case BandwidthLimit::kMemcpy:
      std::memcpy(begin, begin + size / 2, size / 2);
      break;
    case BandwidthLimit::kRead:
      benchmark::DoNotOptimize(read_streaming(begin, stretch_));
      break;
    default:
      throw std::logic_error(name(limit_) + " is no limit of the host's memory");
  }
  benchmark::ClobberMemory();
}

namespace {

GpuLimit on_card(BandwidthLimit limit) {
  switch (limit) {
    case BandwidthLimit::kDeviceMemset:
      return GpuLimit::kMemset;
    case BandwidthLimit::kDeviceCopy:
      return GpuLimit::kCopy;
    case BandwidthLimit::kDeviceRead:
      return GpuLimit::kRead;
    case BandwidthLimit::kHostToDevice:
      return GpuLimit::kHostToDevice;
    default:
      throw std::logic_error(name(limit) + " is no limit of a card");
  }
}

}  // namespace

DeviceLimitRunner::DeviceLimitRunner(BandwidthLimit limit, std::vector<const Buffer*> buffers,
                                     const void* from)
    : limit_(on_card(limit)), buffers_(std::move(buffers)), from_(from) {}

void DeviceLimitRunner::run() {
  const Buffer& buffer = *buffers_[next_++ % buffers_.size()];
  buffer.gpu()->limit(limit_, buffer.data(), from_, buffer.bytes());
}

}  // namespace ptychopatch::bench
