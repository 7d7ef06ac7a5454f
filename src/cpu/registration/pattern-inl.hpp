// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD target: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_PATTERN_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_PATTERN_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_PATTERN_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_PATTERN_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/transpose-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each target.
// NOLINTBEGIN(misc-definitions-in-headers)

// Sums of 16 samples; of the fewer at the end of a row in order.
HWY_NOINLINE void sum_runs(const float* HWY_RESTRICT row, std::int64_t n, float* HWY_RESTRICT out) {
  std::int64_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  // Four runs at once, in the order of the loop below.
  for (; x + 64 <= n; x += 64) {
    float parts[16];
    float turned[16];
    for (int r = 0; r < 4; ++r) {
      const SlabTag d;
      const float* in = row + x + 16 * r;
      const auto low = hn::Add(hn::LoadU(d, in), hn::LoadU(d, in + 8));
      const auto high = hn::Add(hn::LoadU(d, in + 4), hn::LoadU(d, in + 12));
      hn::StoreU(hn::Add(low, high), d, parts + 4 * r);
    }
    transpose_block(parts, 4, turned, 4);
    for (int r = 0; r < 4; ++r) {
      out[r] = (turned[r] + turned[8 + r]) + (turned[4 + r] + turned[12 + r]);
    }
    out += 4;
  }
#endif
  for (; x + 16 <= n; x += 16) {
    const float* in = row + x;
    float part[8];
    for (int i = 0; i < 8; ++i) part[i] = in[i] + in[i + 8];
    for (int i = 0; i < 4; ++i) part[i] += part[i + 4];
    *out++ = (part[0] + part[2]) + (part[1] + part[3]);
  }
  if (x == n) return;
  float sum = 0.0F;
  for (; x < n; ++x) sum += row[x];
  *out = sum;
}

HWY_NOINLINE void add_rows(const float* HWY_RESTRICT in, float* HWY_RESTRICT out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] += in[i];
}

template <int Outs, int Vectors>
HWY_INLINE std::int64_t project_vectors(const float* rows, std::int64_t stride, std::int64_t count,
                                        const float* weights, float* out, std::int64_t i,
                                        std::int64_t n) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; i + Vectors * lanes <= n; i += Vectors * lanes) {
    hn::Vec<decltype(d)> sum[Outs * Vectors];
    for (int s = 0; s < Outs * Vectors; ++s) sum[s] = hn::Zero(d);
    for (std::int64_t r = 0; r < count; ++r) {
      for (int v = 0; v < Vectors; ++v) {
        const auto value = hn::LoadU(d, rows + r * stride + i + v * lanes);
        for (int q = 0; q < Outs; ++q) {
          auto& to = sum[q * Vectors + v];
          to = multiply_add_lanes(hn::Set(d, weights[q * count + r]), value, to);
        }
      }
    }
    for (int q = 0; q < Outs; ++q) {
      for (int v = 0; v < Vectors; ++v) {
        hn::StoreU(sum[q * Vectors + v], d, out + q * stride + i + v * lanes);
      }
    }
  }
  return i;
}

template <int Outs>
HWY_INLINE void project_together(const float* rows, std::int64_t stride, std::int64_t count,
                                 const float* weights, float* out, std::int64_t n) {
  std::int64_t i = project_vectors<Outs, 4>(rows, stride, count, weights, out, 0, n);
  i = project_vectors<Outs, 1>(rows, stride, count, weights, out, i, n);
  for (; i < n; ++i) {
    for (int q = 0; q < Outs; ++q) {
      float sum = 0.0F;
      for (std::int64_t r = 0; r < count; ++r) {
        sum = multiply_add(weights[q * count + r], rows[r * stride + i], sum);
      }
      out[q * stride + i] = sum;
    }
  }
}

HWY_NOINLINE void project(const float* rows, std::int64_t stride, std::int64_t count,
                          const float* weights, int outs, float* out, std::int64_t n) {
  constexpr int together = 4;
  int q = 0;
  for (; q + together <= outs; q += together) {
    project_together<together>(rows, stride, count, weights + q * count, out + q * stride, n);
  }
  for (; q < outs; ++q) {
    project_together<1>(rows, stride, count, weights + q * count, out + q * stride, n);
  }
}

// Vectors of at most eight lanes: what is left over of wider ones would be wasted on few outputs.
template <int Rows>
HWY_INLINE void project_rows_together(const float* rows, std::int64_t count, const float* weights,
                                      int outs, float* out) {
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr int vectors = 2;
  const hn::CappedTag<float, 8> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  for (int q = 0; q < outs; q += vectors * lanes) {
    const int now = HWY_MIN(vectors, (outs - q) / lanes);
    hn::Vec<decltype(d)> sum[Rows][vectors];
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < vectors; ++v) sum[i][v] = hn::Zero(d);
    }
    for (std::int64_t r = 0; r < count; ++r) {
      const float* weight = weights + r * outs + q;
      const auto first = hn::LoadU(d, weight);
      const auto second = hn::LoadU(d, weight + (now - 1) * lanes);
      for (int i = 0; i < Rows; ++i) {
        const auto value = hn::Set(d, rows[i * count + r]);
        sum[i][0] = multiply_add_lanes(first, value, sum[i][0]);
        sum[i][1] = multiply_add_lanes(second, value, sum[i][1]);
      }
    }
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < now; ++v) hn::StoreU(sum[i][v], d, out + i * outs + q + v * lanes);
    }
  }
}

HWY_NOINLINE void project_rows(const float* rows, std::int64_t count, const float* weights,
                               int outs, float* out, std::int64_t n) {
  constexpr int together = 4;
  std::int64_t i = 0;
  for (; i + together <= n; i += together) {
    project_rows_together<together>(rows + i * count, count, weights, outs, out + i * outs);
  }
  for (; i < n; ++i) {
    project_rows_together<1>(rows + i * count, count, weights, outs, out + i * outs);
  }
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
