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
  constexpr std::uintptr_t line = 64;
  return place + (line - reinterpret_cast<std::uintptr_t>(place) % line) % line;
}

}  // namespace

std::string name(BandwidthLimit limit) {
  switch (limit) {
    case BandwidthLimit::memset:
      return "memset";
    case BandwidthLimit::fill:
      return "nt_fill";
    case BandwidthLimit::memcpy:
      return "memcpy";
    case BandwidthLimit::read:
      return "read";
    case BandwidthLimit::device_memset:
      return "device_memset";
    case BandwidthLimit::device_copy:
      return "device_copy";
    case BandwidthLimit::device_read:
      return "device_read";
    case BandwidthLimit::host_to_device:
      return "host_to_device";
  }
  return "?";
}

BandwidthLimit limit_of(const Case& one, const Gpu* gpu) {
  const bool writes =
      one.operation == Operation::extract || one.operation == Operation::probe_extract;
  if (gpu && one.on_host) return BandwidthLimit::host_to_device;
  if (gpu) return writes ? BandwidthLimit::device_memset : BandwidthLimit::device_read;
  if (!writes) return BandwidthLimit::read;
  const std::int64_t near_caches = one.threads * sysconf(_SC_LEVEL2_CACHE_SIZE);
  return one.bytes() > near_caches ? BandwidthLimit::fill : BandwidthLimit::memset;
}

LimitRunner::LimitRunner(BandwidthLimit limit, const Buffer& buffer, ThreadTeam& team)
    : limit_(limit), team_(team), begin_(line_begin(buffer.data())) {
  const std::int64_t bytes = buffer.data() + buffer.bytes() - begin_;
  threads_ = std::min<std::int64_t>(team.size(), bytes / limit_block);
  stretch_ = bytes / threads_ / limit_block * limit_block;
}

void LimitRunner::run() {
  team_.run([this](int thread) {
    if (thread < threads_) run_stretch(begin_ + thread * stretch_);
  });
}

void LimitRunner::run_stretch(std::byte* begin) const {
  const auto size = static_cast<std::size_t>(stretch_);
  switch (limit_) {
    case BandwidthLimit::memset:
      std::memset(begin, 0x3f, size);
      break;
    case BandwidthLimit::fill:
      fill_streaming(begin, stretch_);
      break;
    case BandwidthLimit::memcpy:
      std::memcpy(begin, begin + size / 2, size / 2);
      break;
    case BandwidthLimit::read:
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
    case BandwidthLimit::device_memset:
      return GpuLimit::memset;
    case BandwidthLimit::device_copy:
      return GpuLimit::copy;
    case BandwidthLimit::device_read:
      return GpuLimit::read;
    case BandwidthLimit::host_to_device:
      return GpuLimit::host_to_device;
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
