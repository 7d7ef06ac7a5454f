// SPDX-License-Identifier: Apache-2.0
#include "suite/bandwidth_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "suite/bandwidth_loops.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ptychopatch::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void FillStreaming(std::byte* to, std::int64_t bytes) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto value = hn::Set(d, 0x3f8000003f800000);
  auto* numbers = reinterpret_cast<std::uint64_t*>(to);
  const std::size_t count = static_cast<std::size_t>(bytes) / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    hn::Stream(value, d, numbers + i);
    hn::Stream(value, d, numbers + i + lanes);
    hn::Stream(value, d, numbers + i + 2 * lanes);
    hn::Stream(value, d, numbers + i + 3 * lanes);
  }
  hwy::FlushStream();
}

std::uint64_t ReadStreaming(const std::byte* from, std::int64_t bytes) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto* numbers = reinterpret_cast<const std::uint64_t*>(from);
  const std::size_t count = static_cast<std::size_t>(bytes) / sizeof(std::uint64_t);
  auto a = hn::Zero(d), b = a, e = a, f = a;
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    a = hn::Add(a, hn::Load(d, numbers + i));
    b = hn::Add(b, hn::Load(d, numbers + i + lanes));
    e = hn::Add(e, hn::Load(d, numbers + i + 2 * lanes));
    f = hn::Add(f, hn::Load(d, numbers + i + 3 * lanes));
  }
  const auto sum = hn::Add(hn::Add(a, b), hn::Add(e, f));
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

}  // namespace ptychopatch::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ptychopatch::bench {

HWY_EXPORT(FillStreaming);
HWY_EXPORT(ReadStreaming);

void fill_streaming(std::byte* to, std::int64_t bytes) {
  HWY_DYNAMIC_DISPATCH(FillStreaming)(to, bytes);
}

std::uint64_t read_streaming(const std::byte* from, std::int64_t bytes) {
  return HWY_DYNAMIC_DISPATCH(ReadStreaming)(from, bytes);
}

}  // namespace ptychopatch::bench
#endif
