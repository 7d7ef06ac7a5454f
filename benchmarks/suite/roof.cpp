// SPDX-License-Identifier: Apache-2.0
#include "suite/roof.hpp"

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

std::string name(Roof roof) {
  switch (roof) {
    case Roof::kMemset:
      return "memset";
    case Roof::kFill:
      return "nt_fill";
    case Roof::kMemcpy:
      return "memcpy";
    case Roof::kRead:
      return "read";
    case Roof::kDeviceMemset:
      return "device_memset";
    case Roof::kDeviceCopy:
      return "device_copy";
    case Roof::kDeviceRead:
      return "device_read";
    case Roof::kHostToDevice:
      return "host_to_device";
  }
  return "?";
}

Roof roof_of(const Case& one, const Gpu* gpu) {
  const bool writes =
      one.operation == Operation::kExtract || one.operation == Operation::kProbeExtract;
  if (gpu) return writes ? Roof::kDeviceMemset : Roof::kDeviceRead;
  if (!writes) return Roof::kRead;
  const std::int64_t near_caches = one.threads * sysconf(_SC_LEVEL2_CACHE_SIZE);
  return one.bytes() > near_caches ? Roof::kFill : Roof::kMemset;
}

RoofRunner::RoofRunner(Roof roof, const Buffer& buffer, ThreadTeam& team)
    : roof_(roof), team_(team), begin_(line_begin(buffer.data())) {
  const std::int64_t bytes = buffer.data() + buffer.bytes() - begin_;
  threads_ = std::min<std::int64_t>(team.size(), bytes / kRoofBlock);
  stretch_ = bytes / threads_ / kRoofBlock * kRoofBlock;
}

void RoofRunner::run() {
  team_.run([this](int thread) {
    if (thread < threads_) run_stretch(begin_ + thread * stretch_);
  });
}

void RoofRunner::run_stretch(std::byte* begin) const {
  const auto size = static_cast<std::size_t>(stretch_);
  switch (roof_) {
    case Roof::kMemset:
      std::memset(begin, 0x3f, size);
      break;
    case Roof::kFill:
      fill_streaming(begin, stretch_);
      break;
    case Roof::kMemcpy:
      std::memcpy(begin, begin + size / 2, size / 2);
      break;
    case Roof::kRead:
      benchmark::DoNotOptimize(read_streaming(begin, stretch_));
      break;
    default:
      throw std::logic_error(name(roof_) + " is no roof of the host's memory");
  }
  benchmark::ClobberMemory();
}

namespace {

GpuRoof on_card(Roof roof) {
  switch (roof) {
    case Roof::kDeviceMemset:
      return GpuRoof::kMemset;
    case Roof::kDeviceCopy:
      return GpuRoof::kCopy;
    case Roof::kDeviceRead:
      return GpuRoof::kRead;
    case Roof::kHostToDevice:
      return GpuRoof::kHostToDevice;
    default:
      throw std::logic_error(name(roof) + " is no roof of a card");
  }
}

}  // namespace

DeviceRoofRunner::DeviceRoofRunner(Roof roof, std::vector<const Buffer*> buffers, const void* from)
    : roof_(on_card(roof)), buffers_(std::move(buffers)), from_(from) {}

void DeviceRoofRunner::run() {
  const Buffer& buffer = *buffers_[next_++ % buffers_.size()];
  buffer.gpu()->roof(roof_, buffer.data(), from_, buffer.bytes());
}

}  // namespace ptychopatch::bench
