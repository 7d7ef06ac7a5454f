// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_PAIR_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_PAIR_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_PAIR_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_PAIR_ROWS_INL_HPP_
#endif

#include <cmath>
#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/pair_loops.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"
#include "kernels/registration/row_sum.hpp"
#include "math/bits.hpp"
#include "math/registration/gamma.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

template <class V>
HWY_NOINLINE void add_differences(const V* HWY_RESTRICT anchor, const V* HWY_RESTRICT target,
                                  V gain, std::int64_t n, V* HWY_RESTRICT sum) {
  for (std::int64_t i = 0; i < n; ++i) {
    sum[i] += std::fabs(gamma_of(anchor[i]) - gamma_of(gain * target[i]));
  }
}

template <class V>
void pair_differences(const PairRow<V>& row, double gain, float* out) {
  constexpr std::int64_t stretch = 256;
  for (std::int64_t x = 0; x < row.n; x += stretch) {
    const std::int64_t n = row.n - x < stretch ? row.n - x : stretch;
    V sum[stretch] = {};
    for (std::int64_t m = 0; m < row.count; ++m) {
      add_differences(row.anchor + m * row.n + x, row.target + m * row.n + x, static_cast<V>(gain),
                      n, sum);
    }
    for (std::int64_t i = 0; i < n; ++i) out[x + i] = static_cast<float>(sum[i]);
  }
}

template <class V>
HWY_NOINLINE double pair_loss(const V* anchor, const V* target, double gain, std::int64_t n) {
  return sum_of_row(n, [=](std::int64_t i) {
    return std::fabs(static_cast<double>(anchor[i]) - gain * static_cast<double>(target[i]));
  });
}

template <class V>
HWY_NOINLINE void mark_clipped(const V* HWY_RESTRICT values, double bound, std::int64_t n,
                               std::uint8_t* HWY_RESTRICT out) {
  for (std::int64_t i = 0; i < n; ++i) {
    const bool below = static_cast<double>(values[i]) < bound;
    out[i] = static_cast<std::uint8_t>(out[i] | (below ? 0 : clipped_code));
  }
}

template <class V>
PairValueLoops<V> pair_value_loops() {
  return {&pair_differences<V>, &pair_loss<V>, &mark_clipped<V>};
}

template <class T>
HWY_INLINE void less_black_lanes(const T* HWY_RESTRICT row, const float* HWY_RESTRICT black,
                                 float* HWY_RESTRICT out, std::int64_t n) {
  for (std::int64_t l = 0; l < n; ++l) out[l] = static_cast<float>(row[l]) - black[l];
}

template <class T>
HWY_NOINLINE void less_black(const T* row, const float* black, float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) {
    less_black_lanes(row + x, black, out + x, pixel_lanes);
  }
  less_black_lanes(row + x, black, out + x, n - x);
}

HWY_INLINE void divide_lanes(const float* in, const float* HWY_RESTRICT span, float* out,
                             std::int64_t n) {
  PPATCH_INDEPENDENT
  for (std::int64_t l = 0; l < n; ++l) out[l] = in[l] / span[l];
}

HWY_NOINLINE void divide_row(const float* in, const float* span, float* out, std::int64_t n) {
  std::int64_t x = 0;
  for (; x + pixel_lanes <= n; x += pixel_lanes) divide_lanes(in + x, span, out + x, pixel_lanes);
  divide_lanes(in + x, span, out + x, n - x);
}

HWY_NOINLINE double sum_of_singles(const float* in, std::int64_t n) {
  return sum_of_row(n, [in](std::int64_t i) { return static_cast<double>(in[i]); });
}

HWY_NOINLINE void bin_bayer(const float* upper, const float* lower, const int (&colours)[4],
                            const float (&spans)[3], float* out, std::int64_t n) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  // Red, blue, and the two that are green.
  int place[4] = {0, 0, 0, 0}, greens = 0;
  for (int i = 0; i < 4; ++i) {
    place[colours[i] == 0 ? 0 : colours[i] == 2 ? 1 : 2 + greens++] = i;
  }
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::Vec<decltype(d)> value[4];
    hn::LoadInterleaved2(d, upper + 2 * i, value[0], value[1]);
    hn::LoadInterleaved2(d, lower + 2 * i, value[2], value[3]);
    hn::StoreU(hn::Div(value[place[0]], hn::Set(d, spans[0])), d, out + i);
    hn::StoreU(hn::Div(hn::Add(value[place[2]], value[place[3]]), hn::Set(d, spans[1])), d,
               out + n + i);
    hn::StoreU(hn::Div(value[place[1]], hn::Set(d, spans[2])), d, out + 2 * n + i);
  }
  for (; i < n; ++i) {
    const float value[4] = {upper[2 * i], upper[2 * i + 1], lower[2 * i], lower[2 * i + 1]};
    out[i] = value[place[0]] / spans[0];
    out[n + i] = (value[place[2]] + value[place[3]]) / spans[1];
    out[2 * n + i] = value[place[1]] / spans[2];
  }
}

HWY_NOINLINE void encode_row(const float* HWY_RESTRICT value, std::int32_t base, std::int64_t n,
                             std::uint8_t* HWY_RESTRICT out) {
  for (std::int64_t i = 0; i < n; ++i) {
    std::int32_t code = static_cast<std::int32_t>(bits_of(value[i]) >> code_shift) - base;
    code = code < 0 ? 0 : code;
    code = code > last_code ? last_code : code;
    out[i] = static_cast<std::uint8_t>(code);
  }
}

HWY_NOINLINE bool mark_below(const std::uint8_t* HWY_RESTRICT code, std::uint8_t bound,
                             std::int64_t n, std::uint8_t* HWY_RESTRICT out) {
  std::uint8_t any = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto own = static_cast<std::uint8_t>(code[i] & last_code);
    out[i] = own < bound ? 1 : 0;
    any = static_cast<std::uint8_t>(any | (own == bound ? 1 : 0));
  }
  return any != 0;
}

HWY_NOINLINE void mark_kept(const float* HWY_RESTRICT value, float bound, std::int64_t n,
                            std::uint8_t* HWY_RESTRICT out) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = value[i] <= bound ? 1 : 0;
}

HWY_NOINLINE void erode_row(const std::uint8_t* above, const std::uint8_t* here,
                            const std::uint8_t* below, std::int64_t n,
                            std::uint8_t* HWY_RESTRICT out) {
  for (std::int64_t x = 1; x + 1 < n; ++x) {
    out[x] = static_cast<std::uint8_t>(above[x] & below[x] & here[x - 1] & here[x] & here[x + 1]);
  }
  // Beyond the row nothing is kept.
  if (n > 0) out[0] = out[n - 1] = 0;
}

HWY_NOINLINE void dilate_row(const std::uint8_t* above, const std::uint8_t* here,
                             const std::uint8_t* below, std::int64_t n,
                             std::uint8_t* HWY_RESTRICT out) {
  const auto at = [&](std::int64_t x, std::uint8_t left, std::uint8_t right) {
    out[x] = static_cast<std::uint8_t>(above[x] | below[x] | left | here[x] | right);
  };
  for (std::int64_t x = 1; x + 1 < n; ++x) at(x, here[x - 1], here[x + 1]);
  if (n == 1) at(0, 0, 0);
  if (n < 2) return;
  at(0, 0, here[1]);
  at(n - 1, here[n - 2], 0);
}

HWY_NOINLINE std::uint64_t take_out_clipped(const std::uint8_t* HWY_RESTRICT code, std::int64_t n,
                                            std::uint8_t* HWY_RESTRICT flags) {
  std::uint64_t count = 0;
  constexpr std::int64_t stretch = 128;
  for (std::int64_t first = 0; first < n; first += stretch) {
    const std::int64_t end = first + stretch < n ? first + stretch : n;
    std::uint8_t some = 0;
    for (std::int64_t i = first; i < end; ++i) {
      flags[i] = static_cast<std::uint8_t>(flags[i] & (code[i] < clipped_code ? 1 : 0));
      some = static_cast<std::uint8_t>(some + flags[i]);
    }
    count += some;
  }
  return count;
}

inline PairLoops pair_loops() {
  PairLoops loops;
  loops.singles = pair_value_loops<float>();
  loops.doubles = pair_value_loops<double>();
  loops.bytes_less_black = &less_black<std::uint8_t>;
  loops.less_black = &less_black<std::uint16_t>;
  loops.signed_less_black = &less_black<std::int16_t>;
  loops.divide = &divide_row;
  loops.sum = &sum_of_singles;
  loops.bin_bayer = &bin_bayer;
  loops.encode = &encode_row;
  loops.mark_below = &mark_below;
  loops.mark_kept = &mark_kept;
  loops.erode = &erode_row;
  loops.dilate = &dilate_row;
  loops.take_out_clipped = &take_out_clipped;
  return loops;
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
