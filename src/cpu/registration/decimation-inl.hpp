// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_DECIMATION_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_DECIMATION_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_DECIMATION_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_DECIMATION_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

// Sums of a few vectors at a time stay in registers while the taps go by.
template <int Vectors>
HWY_INLINE std::int64_t accumulate_vectors(const float* taps, int count, const float* const* rows,
                                           float* HWY_RESTRICT out, std::int64_t i,
                                           std::int64_t n) {
  const hwy::HWY_NAMESPACE::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(d));
  for (; i + Vectors * lanes <= n; i += Vectors * lanes) {
    hwy::HWY_NAMESPACE::Vec<decltype(d)> sum[Vectors];
    for (int v = 0; v < Vectors; ++v) sum[v] = hwy::HWY_NAMESPACE::Zero(d);
    for (int t = 0; t < count; ++t) {
      const auto weight = hwy::HWY_NAMESPACE::Set(d, taps[t]);
      const float* row = rows[t] + i;
      for (int v = 0; v < Vectors; ++v) {
        const auto value = hwy::HWY_NAMESPACE::LoadU(d, row + v * lanes);
        sum[v] = multiply_add_lanes(weight, value, sum[v]);
      }
    }
    for (int v = 0; v < Vectors; ++v) hwy::HWY_NAMESPACE::StoreU(sum[v], d, out + i + v * lanes);
  }
  return i;
}

HWY_INLINE void accumulate_taps(const float* taps, int count, const float* const* rows, float* out,
                                std::int64_t n) {
  constexpr std::int64_t lanes = vector_lanes<float>;
  std::int64_t i = accumulate_vectors<8>(taps, count, rows, out, 0, n);
  i = accumulate_vectors<4>(taps, count, rows, out, i, n);
  i = accumulate_vectors<1>(taps, count, rows, out, i, n);
  // The last vector may do again what another has done.
  if (i < n && n >= lanes) i = accumulate_vectors<1>(taps, count, rows, out, n - lanes, n);
  for (; i < n; ++i) {
    float sum = 0.0F;
    for (int t = 0; t < count; ++t) sum = multiply_add(taps[t], rows[t][i], sum);
    out[i] = sum;
  }
}

// Taps between as many zeros as let each of decimation_rows sums read every row that any of them
// needs: what is read for one sum serves the next ones too. Zeros leave a sum's bits as they are.
class SpreadTaps {
 public:
  HWY_INLINE SpreadTaps(const float* taps, int count, int step)
      : step_(step), rows_(count + step * (decimation_rows - 1)) {
    for (int t = 0; t < count; ++t) tap_[rows_ - count + t] = taps[t];
  }

  int rows() const { return rows_; }

  // Two vectors of each of the sums, from row(r) to out(q).
  template <class Row, class Out>
  HWY_INLINE void sum_vectors(Row&& row, Out&& out) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::ScalableTag<float> d;
    const auto lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> a[decimation_rows];
    hn::Vec<decltype(d)> b[decimation_rows];
    for (int q = 0; q < decimation_rows; ++q) a[q] = b[q] = hn::Zero(d);
    const float* tap = tap_ + step_ * (decimation_rows - 1);
    for (int r = 0; r < rows_; ++r) {
      const auto first = hn::LoadU(d, row(r));
      const auto second = hn::LoadU(d, row(r) + lanes);
      for (int q = 0; q < decimation_rows; ++q) {
        const auto weight = hn::Set(d, tap[r - step_ * q]);
        a[q] = multiply_add_lanes(weight, first, a[q]);
        b[q] = multiply_add_lanes(weight, second, b[q]);
      }
    }
    for (int q = 0; q < decimation_rows; ++q) {
      hn::StoreU(a[q], d, out(q));
      hn::StoreU(b[q], d, out(q) + lanes);
    }
  }

 private:
  static constexpr int max_step = 3;
  int step_, rows_;
  float tap_[decimation_taps + 2 * max_step * (decimation_rows - 1)] = {};
};

HWY_NOINLINE void combine_rows(const float* taps, int count, int step, const float* const* rows,
                               int outs, float* const* out, std::int64_t n) {
  std::int64_t i = 0;
  if (outs == decimation_rows) {
    const SpreadTaps spread(taps, count, step);
    constexpr std::int64_t together = 2 * vector_lanes<float>;
    for (; i + together <= n; i += together) {
      spread.sum_vectors([&](int r) HWY_ATTR { return rows[r] + i; },
                         [&](int q) HWY_ATTR { return out[q] + i; });
    }
  }
  for (int q = 0; q < outs; ++q) {
    const float* from[decimation_taps];
    for (int t = 0; t < count; ++t) from[t] = rows[step * q + t] + i;
    accumulate_taps(taps, count, from, out[q] + i, n - i);
  }
}

// The samples are dealt out by their place within a step first, so that every tap reads a
// contiguous row; few at a time, so that they stay in the first cache.
HWY_NOINLINE void decimate_row(const float* taps, int count, int step, const float* in,
                               float* spare, float* out, std::int64_t n) {
  for (std::int64_t start = 0; start < n; start += decimation_block) {
    const std::int64_t m = HWY_MIN(decimation_block, n - start);
    const std::int64_t dealt = m + count / step + 1;
    const std::int64_t available = step * (m - 1) + count;
    const float* HWY_RESTRICT from = in + step * start;
    for (int s = 0; s < step; ++s) {
      float* HWY_RESTRICT to = spare + s * dealt;
      const std::int64_t samples = (available - s + step - 1) / step;
      if (step == 2) {
        for (std::int64_t j = 0; j < samples; ++j) to[j] = from[2 * j + s];
      } else {
        for (std::int64_t j = 0; j < samples; ++j) to[j] = from[step * j + s];
      }
    }
    const float* rows[decimation_taps];
    for (int t = 0; t < count; ++t) rows[t] = spare + (t % step) * dealt + t / step;
    accumulate_taps(taps, count, rows, out + start, m);
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
