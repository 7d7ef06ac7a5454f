// SPDX-License-Identifier: Apache-2.0
#include "suite/roof.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

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
  }
  return "?";
}

Roof roof_of(const Case& one) {
  if (one.operation != Operation::kExtract && one.operation != Operation::kProbeExtract) {
    return Roof::kRead;
  }
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
  }
  benchmark::ClobberMemory();
}

}  // namespace ptychopatch::bench
