// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_GROUPS_NEAR_POINTS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_GROUPS_NEAR_POINTS_INL_HPP_
#undef PTYCHOPATCH_CPU_GROUPS_NEAR_POINTS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_GROUPS_NEAR_POINTS_INL_HPP_
#endif

#include <cstdint>

#include "cpu/groups/near_points.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

namespace hn = hwy::HWY_NAMESPACE;

// The bits and the slots of the near ones, packed.
HWY_INLINE bool collect_near(const NearQuery& query, NearPoints& near) {
  const hn::ScalableTag<float> f;
  const hn::RebindToSigned<decltype(f)> i32;
  const hn::RebindToUnsigned<decltype(f)> u32;
  const std::size_t lanes = hn::Lanes(f);
  const auto at_x = hn::Set(i32, query.at_x);
  const auto at_y = hn::Set(i32, query.at_y);
  const auto limit = hn::Set(f, query.limit);
  std::size_t count = 0;
  for (int run = 0; run < query.runs; ++run) {
    const std::uint32_t end = query.end[run];
    for (std::uint32_t i = query.begin[run]; i < end; i += static_cast<std::uint32_t>(lanes)) {
      const auto dx = hn::ConvertTo(f, hn::Sub(hn::LoadU(i32, query.x + i), at_x));
      const auto dy = hn::ConvertTo(f, hn::Sub(hn::LoadU(i32, query.y + i), at_y));
      const auto square = hn::Add(hn::Mul(dx, dx), hn::Mul(dy, dy));
      const auto is_near =
          hn::RebindMask(u32, hn::And(hn::Le(square, limit), hn::FirstN(f, std::size_t{end - i})));
      hn::CompressStore(hn::BitCast(u32, square), is_near, u32, near.keys + count);
      count += hn::CompressStore(hn::Iota(u32, i), is_near, u32, near.slots + count);
      if (count > NearPoints::capacity) return false;
    }
  }
  near.count = static_cast<int>(count);
  return true;
}

// Every key's rank is the number of keys below it; no two keys are equal.
HWY_INLINE void sort_near(NearPoints& near) {
  const hn::ScalableTag<std::uint32_t> u32;
  const auto lanes = static_cast<int>(hn::Lanes(u32));
  const auto kept = hn::Set(u32, ~NearPoints::order_mask);
  for (int i = 0; i < near.count; i += lanes) {
    const auto bits = hn::And(hn::LoadU(u32, near.keys + i), kept);
    hn::StoreU(hn::Or(bits, hn::Iota(u32, static_cast<std::uint32_t>(i))), u32, near.keys + i);
  }
  for (int i = 0; i < near.count; i += lanes) {
    const auto own = hn::LoadU(u32, near.keys + i);
    auto rank = hn::Zero(u32);
    for (int j = 0; j < near.count; ++j) {
      const auto other = hn::Set(u32, near.keys[j]);
      rank = hn::Sub(rank, hn::VecFromMask(u32, hn::Lt(other, own)));
    }
    hn::StoreU(rank, u32, near.spare + i);
  }
  for (int i = 0; i < near.count; ++i) near.sorted[near.spare[i]] = near.keys[i];
}

bool find_near(const NearQuery& query, NearPoints& near) {
  if (!collect_near(query, near)) return false;
  sort_near(near);
  return true;
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
